import { stringify } from 'smol-toml';
import type { LockRecord } from './pylock.ts';

/** What a resolver found, where it writes no pylock.toml itself. One file for each package: the one that it would install. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly requiresPython: string | null;
  readonly url: string;
  readonly sha256: string;
}

/** pylock.toml (PEP 751) of such a result, packages sorted by name. */
export function formatPylock(packages: readonly ResolvedPackage[], requiresPython: string): string {
  return stringify({
    'lock-version': '1.0',
    'created-by': 'conc',
    'requires-python': requiresPython,
    packages: packages
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, version, requiresPython: needs, url, sha256 }) => ({
        name,
        version,
        ...(needs === null ? {} : { 'requires-python': needs }),
        ...(new URL(url).pathname.endsWith('.whl')
          ? { wheels: [{ url, hashes: { sha256 } }] }
          : { sdist: { url, hashes: { sha256 } } }),
      })),
  });
}

/** Adds conc's own record to a lock, and takes away what never belongs into a file that is committed: credentials in addresses. */
export function signPylock(text: string, { backend, inputs, targets }: LockRecord): string {
  const clean = text.replaceAll(/(:\/\/)[^/@\s"']+@/g, '$1');
  return `${clean.trimEnd()}\n\n${stringify({ tool: { conc: { backend, inputs, targets: [...targets] } } }).trim()}\n`;
}
