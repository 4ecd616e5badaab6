import { basename } from 'node:path';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import { normalizeName } from '../standards/names.ts';
import { refuseLocal } from './local.ts';
import type { PylockDocument, PylockFile, PylockPackage } from './pylock-document.ts';
import { filesOf, invalid, readDocument } from './pylock-document.ts';

/** A file that a lock names: where it is fetched, and what it must be. */
export interface LockedFile {
  readonly file: string;
  /** https; or a path below the lock's folder, for files that are kept in the repository. */
  readonly from: { readonly url: string } | { readonly path: string };
  /** Where one that is kept in the repository came from. */
  readonly url?: string;
  /** Hex. */
  readonly sha256: string;
  readonly size: number | null;
}

/** Where a file can be asked for; null: it is in the repository, and came from nowhere else. */
export const addressOf = ({ from, url }: LockedFile): string | null => ('url' in from ? from.url : (url ?? null));

/** One version of a package in a lock. Several of one name have markers that exclude each other. */
export interface LockedPackage {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly marker: string | null;
  readonly requiresPython: string | null;
  readonly wheels: readonly LockedFile[];
  readonly sdist: LockedFile | null;
}

/** What conc writes into a lock of its own: `[tool.conc]`. */
export interface LockRecord {
  readonly backend: 'uv' | 'pip';
  /** Digest of what was resolved: a lock whose inputs changed since is stale. */
  readonly inputs: string;
  /** Names of the targets that it covers. */
  readonly targets: readonly string[];
  /** The files that targets get are kept in the repository, below `vendor/`. */
  readonly vendored?: boolean | undefined;
  /** Of pylock.build.toml: packages whose build needs a lock of its own, `pylock.build-NAME.toml`. */
  readonly separate?: readonly string[] | undefined;
}

export interface Lock {
  readonly packages: readonly LockedPackage[];
  /** null: another program wrote it. */
  readonly record: LockRecord | null;
}

const recordSchema = z.object({
  backend: z.enum(['uv', 'pip']),
  inputs: z.string(),
  targets: z.array(z.string()),
  vendored: z.boolean().optional(),
  separate: z.array(z.string()).optional(),
});

/** Reads a lock (PEP 751). ConcError `lock.invalid`, `lock.not-from-index`, `lock.weak-hash`; `file` is how messages call it. */
export function parsePylock(text: string, file: string): Lock {
  return readPylock(readDocument(text, file), file);
}

/** The same of one that was read already. */
export function readPylock({ packages, tool }: PylockDocument, file: string): Lock {
  refuseLocal(packages, file);
  const record = recordSchema.safeParse(tool?.conc);
  return { packages: packages.map((each) => lockedPackage(each, file)), record: record.success ? record.data : null };
}

/** conc's own record in a lock; null: another program wrote it, or nobody. */
export function recordIn(text: string | undefined): LockRecord | null {
  try {
    const record = recordSchema.safeParse(text === undefined ? null : readDocument(text, 'a lock').tool?.conc);
    return record.success ? record.data : null;
  } catch {
    return null;
  }
}

/** Which versions any lock names, whoever wrote it; none where it can't be read. */
export function lockedVersions(text: string): readonly Pick<LockedPackage, 'name' | 'version' | 'marker'>[] {
  try {
    return readDocument(text, 'a lock').packages.flatMap(({ name, version, marker }) =>
      version === undefined ? [] : [{ name: normalizeName(name), version, marker: marker ?? null }],
    );
  } catch {
    return [];
  }
}

function lockedPackage(found: PylockPackage, file: string): LockedPackage {
  const { name, version = '', marker } = found;
  const locked = filesOf(found).map((each) => lockedFile(each, name, file));
  return {
    name: normalizeName(name),
    version,
    marker: marker ?? null,
    requiresPython: found['requires-python'] ?? null,
    wheels: locked.filter((each) => each.file.endsWith('.whl')),
    sdist: locked.find((each) => !each.file.endsWith('.whl')) ?? null,
  };
}

function lockedFile({ name, url, path, size, hashes }: PylockFile, owner: string, file: string): LockedFile {
  const sha256 = hashes?.sha256;
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ConcError({
      code: 'lock.weak-hash',
      message: `${file} has no sha256 for a file of ${owner}: without one nobody can tell what is installed`,
      hint: 'Lock it from an index that serves hashes',
      exit: 2,
    });
  }
  if (path === undefined && (url === undefined || !URL.canParse(url)))
    throw invalid(file, `a file of ${owner} has no address`);
  const from = path === undefined ? { url: url ?? '' } : { path };
  const called = name ?? (path === undefined ? decoded(basename(new URL(url ?? '').pathname)) : basename(path));
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+!-]*$/.test(called)) throw invalid(file, `"${called}" can't be the name of a file`);
  const origin = path === undefined || url === undefined ? {} : { url };
  return { file: called, from, ...origin, sha256, size: size ?? null };
}

/** Of an address; one that can't be decoded stays as it is, and is no name then. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
