import { listOf, suggest } from '../errors/suggest.ts';
import { schema } from './schema.ts';
import type { KeySpec } from './types.ts';

/** Keys that ops find in the attributes, made by conc. */
const RESERVED = new Set(['name', 'host', 'venv']);
/** Keys of which a file may have several, each with a name of its own. */
const NAMED = /^(process|cron)\.(.*)\.([^.]*)$/;
const OWN_NAME = /^[a-z0-9][a-z0-9_-]*$/;

const specs = new Map(schema.map((spec) => [spec.key, spec]));
/** `sshd`, `process`, …: below these every key is conc's. */
const prefixes = new Set(schema.flatMap(({ key }) => (key.includes('.') ? [firstPart(key)] : [])));

/** The row for a key as it stands in a file: `process.web.count` has the row of `process.NAME.count`. */
export function specOf(key: string): KeySpec | undefined {
  const parts = NAMED.exec(key);
  return specs.get(parts ? `${parts[1]}.NAME.${parts[3]}` : key);
}

/** What a key's default is, as the ini would have it. */
export function defaultOf(key: string): string | undefined {
  return specOf(key)?.default;
}

/** The NAME of `process.NAME.count`; undefined for other keys. */
export const processName = (key: string): string | undefined => nameIn('process', key);

/** The NAME of `cron.NAME.when`; undefined for other keys. */
export const cronName = (key: string): string | undefined => nameIn('cron', key);

function nameIn(prefix: string, key: string): string | undefined {
  const [, found, name] = NAMED.exec(key) ?? [];
  return found === prefix ? name : undefined;
}

export interface KeyFault {
  readonly code: string;
  readonly level: 'error' | 'warning';
  readonly what: string;
  readonly hint: string;
}

/** What is wrong with the name of a key. An application's own keys are free, but for near misses of conc's. */
export function keyFault(key: string): KeyFault | undefined {
  // The same key comes with every node, and looking for near misses takes its time.
  if (!judged.has(key)) judged.set(key, judge(key));
  return judged.get(key);
}

const judged = new Map<string, KeyFault | undefined>();

function judge(key: string): KeyFault | undefined {
  if (RESERVED.has(key)) {
    const hint = key === 'host' ? 'Did you mean sshd.host?' : 'Give it another name';
    return { code: 'config.reserved-key', level: 'error', what: `conc sets ${key} itself`, hint };
  }
  const [, prefix, name] = NAMED.exec(key) ?? [];
  if (specOf(key)) return name === undefined || OWN_NAME.test(name) ? undefined : badName(prefix, name);
  if (prefixes.has(firstPart(key)) && key.includes('.')) {
    return { code: 'config.unknown-key', level: 'error', what: 'no such key', hint: hintBelowPrefix(key) };
  }
  const near = nearMiss(key);
  if (near === undefined) return undefined;
  const what = "not a key of conc's, so the application's own";
  return { code: 'config.near-miss', level: 'warning', what, hint: `Did you mean ${near}?` };
}

function badName(prefix: string | undefined, name: string): KeyFault {
  const what = `"${name}" can't be the name of ${prefix === 'cron' ? 'what cron runs' : 'a process'}`;
  return { code: 'config.bad-process-name', level: 'error', what, hint: 'Use letters, digits, "_" and "-"' };
}

function hintBelowPrefix(key: string): string {
  const known = knownKeys(NAMED.exec(key)?.[2] ?? 'NAME');
  const siblings = known.filter((other) => firstPart(other) === firstPart(key));
  const meant = suggest(key, siblings, 3);
  return meant === undefined ? (listOf(siblings, 'Keys') ?? '') : `Did you mean ${meant}?`;
}

function nearMiss(key: string): string | undefined {
  if (!key.includes('.')) return key.length < 4 ? undefined : suggest(key, [...specs.keys()], key.length < 8 ? 1 : 2);
  const prefix = suggest(firstPart(key), prefixes, 1);
  if (prefix === undefined) return undefined;
  const meant = `${prefix}${key.slice(firstPart(key).length)}`;
  return specOf(meant) ? meant : suggest(meant, knownKeys(NAMED.exec(meant)?.[2] ?? 'NAME'), 2);
}

function knownKeys(name: string): string[] {
  return schema.map(({ key }) => key.replace('.NAME.', `.${name}.`));
}

function firstPart(key: string): string {
  return key.split('.', 1)[0] ?? '';
}
