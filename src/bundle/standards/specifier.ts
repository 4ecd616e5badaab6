import type { Version } from './version.ts';
import { baseVersion, compareReleases, compareVersions, isPrerelease, parseVersion, publicVersion } from './version.ts';

/** One clause of a version specifier: `>=1.2`. `wildcard` is the `.*` of `==1.2.*`. */
export interface Clause {
  readonly operator: '===' | '==' | '!=' | '~=' | '<=' | '>=' | '<' | '>';
  readonly text: string;
  readonly version: Version;
  readonly wildcard: boolean;
}

/**
 * Does a version fulfil every clause of a specifier (PEP 440, "Version specifiers")? Pre-releases count as any other
 * version, as they do for pip's Requires-Python and for markers. A version that PEP 440 doesn't know fulfils only `===`.
 * Null: the specifier itself is malformed.
 */
export function satisfies(version: string, specifier: string): boolean | null {
  const clauses = parseSpecifier(specifier);
  return clauses?.every((clause) => fulfils(version, clause)) ?? null;
}

/** The clauses of `>=3.9, !=3.9.7`; empty for an empty text; null where it is malformed. */
export function parseSpecifier(specifier: string): readonly Clause[] | null {
  const clauses: Clause[] = [];
  for (const part of specifier.split(',')) {
    if (part.trim() === '') continue;
    const clause = parseClause(part.trim());
    if (clause === null) return null;
    clauses.push(clause);
  }
  return clauses;
}

const placeholder: Version = { epoch: 0n, release: [0n], pre: null, post: null, dev: null, local: null };

function parseClause(part: string): Clause | null {
  const match = /^(===|==|!=|~=|<=|>=|<|>)\s*(\S*)$/.exec(part);
  if (match === null) return null;
  const operator = match[1] as Clause['operator'];
  const text = match[2] ?? '';
  if (operator === '===') return { operator, text, version: placeholder, wildcard: false };
  const wildcard = text.endsWith('.*');
  const version = parseVersion(wildcard ? text.slice(0, -2) : text);
  if (version === null || !wellFormed(operator, version, wildcard)) return null;
  return { operator, text, version, wildcard };
}

function wellFormed(operator: Clause['operator'], version: Version, wildcard: boolean): boolean {
  const equality = operator === '==' || operator === '!=';
  if (wildcard) return equality && version.local === null && !isPrerelease(version) && version.post === null;
  if (version.local !== null && !equality) return false;
  return operator !== '~=' || version.release.length > 1;
}

function fulfils(candidate: string, { operator, text, version: wanted, wildcard }: Clause): boolean {
  if (operator === '===') return candidate.toLowerCase() === text.toLowerCase();
  const version = parseVersion(candidate);
  if (version === null) return false;
  const order = compareVersions(publicVersion(version), wanted);
  const sameBase = compareVersions(baseVersion(version), baseVersion(wanted)) === 0;
  const sameUpToPre = compareVersions(upToPre(version), upToPre(wanted)) === 0;
  switch (operator) {
    case '==':
      return wildcard ? startsWith(version, wanted) : equals(version, wanted);
    case '!=':
      return wildcard ? !startsWith(version, wanted) : !equals(version, wanted);
    case '~=':
      return order >= 0 && startsWith(version, { ...wanted, release: wanted.release.slice(0, -1) });
    case '<=':
      return order <= 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0 && (isPrerelease(wanted) || !isPrerelease(version) || !sameBase);
    case '>':
      // 1.7.post2 and 1.7+local are no "later than 1.7": only what comes after the whole of it. So with 1.7rc1 and 1.7rc1.post2.
      return order > 0 && (wanted.dev !== null || wanted.post !== null || version.post === null || !sameUpToPre);
  }
}

/** Without post-release, development release and local label. */
const upToPre = (version: Version): Version => ({ ...baseVersion(version), pre: version.pre });

function equals(version: Version, wanted: Version): boolean {
  return compareVersions(wanted.local === null ? publicVersion(version) : version, wanted) === 0;
}

function startsWith(version: Version, { epoch, release }: Version): boolean {
  const padded = release.map((_, at) => version.release[at] ?? 0n);
  return version.epoch === epoch && compareReleases(padded, release) === 0;
}
