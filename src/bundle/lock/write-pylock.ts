import { withoutCredentials } from '../fetch/scrub.ts';
import type { LockRecord } from './pylock.ts';
import type { PylockDocument, PylockPackage } from './pylock-document.ts';

/**
 * The text of a lock with conc's own record in `[tool.conc]`: packages in order of name, a line for each file, whichever
 * program resolved it, so that a diff tells what changed. Credentials never get in.
 */
export function writePylock({ packages, tool: _tool, ...head }: PylockDocument, record: LockRecord): string {
  const parts = [
    // Needed, also where there are none.
    pairs(packages.length === 0 ? { ...head, packages } : head),
    ...packages.toSorted(byName).map((each) => `[[packages]]\n${pairs(each)}`),
    `[tool.conc]\n${pairs(record)}`,
  ];
  return `${withoutCredentials(parts.join('\n\n'))}\n`;
}

function byName(a: PylockPackage, b: PylockPackage): number {
  const [one, other] = [key(a), key(b)];
  return one < other ? -1 : Number(one > other);
}

const key = ({ name, version, marker }: PylockPackage): string => `${name} ${version ?? ''} ${marker ?? ''}`;

const pairs = (table: object): string =>
  Object.entries(table)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${bare(name)} = ${inline(value)}`)
    .join('\n');

/** A value as TOML has it; arrays of tables a line each. */
function inline(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const tables = value.some((each) => typeof each === 'object');
    if (!tables) return `[${value.map(inline).join(', ')}]`;
    return `[\n${value.map((each) => `    ${inline(each)},\n`).join('')}]`;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const inside = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${inside.map(([name, each]) => `${bare(name)} = ${inline(each)}`).join(', ')} }`;
}

const bare = (name: string): string => (/^[A-Za-z0-9_-]+$/.test(name) ? name : quoted(name));

/** JSON's escapes are TOML's, but for DEL. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('\x7f', '\\u007f');
