import { suggest } from '../errors/suggest.ts';
import { ConfigError } from './problem.ts';
import { lower } from './python-text.ts';
import type { Config, Written } from './types.ts';

/** configparser.MAX_INTERPOLATION_DEPTH */
const MOST_HOPS = 10;
/** Characters. Python has no limit, and needs all memory for ten lines that name one another ten times each. */
const LONGEST = 1_000_000;

/** What `${key}` is looked up in: a section over DEFAULT, or a node's merged attributes. */
export interface Scope {
  /** `node web1`, `paths`: as messages name it. */
  readonly name: string;
  readonly keys: ReadonlyMap<string, Written>;
  /** Falls back to. */
  readonly defaults: ReadonlyMap<string, Written>;
  /** Keys that were evaluated already. */
  readonly done: Map<string, Expanded>;
}

interface Expanded {
  readonly text: string;
  /** How many hops deep its own substitutions go; 0 without a `$`. */
  readonly hops: number;
}

/** A section as it would be alone: its own keys over DEFAULT's. undefined: there is no such section. */
export type SectionScopes = (name: string) => Scope | undefined;

/** Each section's scope is made once, so that what it evaluates is evaluated once. */
export function sectionScopes(config: Config): SectionScopes {
  const made = new Map<string, Scope>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    const section = name === 'DEFAULT' ? config.defaults : config.sections.get(name);
    if (!section) return undefined;
    const scope = { name, keys: section.keys, defaults: config.defaults.keys, done: new Map() };
    made.set(name, scope);
    return scope;
  };
}

export function find(scope: Scope, key: string): Written | undefined {
  return scope.keys.get(key) ?? scope.defaults.get(key);
}

/**
 * `configparser.ExtendedInterpolation`: `${key}` in this scope, `${section:key}` as that section alone would have it,
 * `$$` for a dollar sign. Throws ConfigError at the first fault, which is the one that Python raises.
 */
export function substitute(config: Config, sections: SectionScopes, scope: Scope, written: Written): string {
  return expand({ config, sections }, scope, written, 1).text;
}

/** The faults that one raw value has wherever it is evaluated: `$x`, `${`, `${a:b:c}`. */
export function syntaxFault(config: Config, written: Written): ConfigError | undefined {
  try {
    for (const _ of pieces(config, written));
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

interface Files {
  readonly config: Config;
  readonly sections: SectionScopes;
}

function expand(files: Files, scope: Scope, written: Written, hop: number): Expanded {
  if (!written.value.includes('$')) return { text: written.value, hops: 0 };
  const known = scope.done.get(written.key);
  if (hop + (known?.hops ?? 1) - 1 > MOST_HOPS) throw tooDeep(files.config, written);
  if (known) return known;
  let text = '';
  let hops = 1;
  for (const piece of pieces(files.config, written)) {
    if (typeof piece === 'string') {
      text += piece;
    } else {
      const there = piece.section === undefined ? scope : files.sections(piece.section);
      const target = there && find(there, piece.key);
      if (!target) throw missing(files, scope, written, piece, there);
      const part = expand(files, there, target, hop + 1);
      text += part.text;
      hops = Math.max(hops, 1 + part.hops);
    }
    if (text.length > LONGEST) throw tooLong(files.config, written);
  }
  const expanded = { text, hops };
  scope.done.set(written.key, expanded);
  return expanded;
}

interface Reference {
  /** As written: `paths:base`. */
  readonly path: string;
  /** undefined: the same scope. */
  readonly section: string | undefined;
  readonly key: string;
  readonly at: number;
}

/** The literal texts and references of a value, in order. */
function* pieces(config: Config, written: Written): Generator<string | Reference> {
  const { value } = written;
  const reference = /\$\{([^}]+)\}/y;
  for (let from = 0; from < value.length; ) {
    const at = value.indexOf('$', from);
    if (at !== from) yield value.slice(from, at < 0 ? undefined : at);
    if (at < 0) return;
    if (value.charAt(at + 1) === '$') {
      yield '$';
      from = at + 2;
      continue;
    }
    reference.lastIndex = at;
    const path = reference.exec(value)?.[1];
    if (path === undefined) throw badReference(config, written, at);
    const names = path.split(':');
    const [first = '', second] = names;
    if (names.length > 2) throw twoColons(config, written, at, path);
    yield second === undefined
      ? { path, section: undefined, key: lower(first), at }
      : { path, section: first, key: lower(second), at };
    from = reference.lastIndex;
  }
}

function badReference(config: Config, written: Written, at: number): ConfigError {
  const found = written.value.slice(at).split('\n', 1)[0] ?? '';
  const [what, hint] = found.startsWith('${')
    ? [`"${shorten(found)}" is not closed, or empty`, `Write \${key} or \${section:key}`]
    : [
        `"${shorten(found)}": a $ is followed by neither $ nor {`,
        `Write $$ for a dollar sign, \${key} for another value`,
      ];
  return fault(config, written, at, 'config.substitution-syntax', what, hint);
}

function twoColons(config: Config, written: Written, at: number, path: string): ConfigError {
  const what = `\${${path}} has more than one colon`;
  return fault(config, written, at, 'config.substitution-syntax', what, `Write \${section:key}`);
}

function missing(files: Files, scope: Scope, written: Written, to: Reference, there: Scope | undefined): ConfigError {
  const { config } = files;
  if (!there) {
    const meant = suggest(to.section ?? '', ['DEFAULT', ...config.sections.keys()]);
    const what = `\${${to.path}}: there is no section [${to.section}]`;
    const hint = meant === undefined ? undefined : `Did you mean \${${meant}:${to.key}}?`;
    return fault(config, written, to.at, 'config.substitution-missing', what, hint);
  }
  const meant = suggest(to.key, [...there.defaults.keys(), ...there.keys.keys()]);
  const place = there === scope && written.section === scope.name ? '' : ` of [${there.name}]`;
  const what = `\${${to.path}} is not a key${place}`;
  const prefix = to.section === undefined ? '' : `${to.section}:`;
  const hint = meant === undefined ? undefined : `Did you mean \${${prefix}${meant}}?`;
  return fault(config, written, to.at, 'config.substitution-missing', what, hint);
}

function tooDeep(config: Config, written: Written): ConfigError {
  const what = `values lead to one another in a ring, or over more than ${MOST_HOPS} steps`;
  return fault(config, written, 0, 'config.substitution-depth', what, 'Break the ring, or shorten the chain');
}

function tooLong(config: Config, written: Written): ConfigError {
  const what = `with everything put in, it has more than ${LONGEST.toLocaleString('en')} characters`;
  return fault(config, written, 0, 'config.value-too-long', what, 'Let it name fewer other values');
}

function fault(config: Config, written: Written, at: number, code: string, what: string, hint?: string): ConfigError {
  const nth = written.value.slice(0, at).split('\n').length - 1;
  const source = { file: config.shown, line: written.lines[nth] ?? written.line, section: written.section };
  const message = `${written.spelled}: ${what}`;
  return new ConfigError([{ code, level: 'error', source, message, ...(hint === undefined ? {} : { hint }) }]);
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
