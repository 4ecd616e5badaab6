import { basename } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import { normalizeName } from '../standards/names.ts';

/** A file that a lock names: where it is fetched, and what it must be. */
export interface LockedFile {
  readonly file: string;
  /** https; or a path below the lock's folder, for files that are kept in the repository. */
  readonly from: { readonly url: string } | { readonly path: string };
  /** Hex. */
  readonly sha256: string;
  readonly size: number | null;
}

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
}

export interface Lock {
  readonly packages: readonly LockedPackage[];
  /** null: another program wrote it. */
  readonly record: LockRecord | null;
}

const fileSchema = z.object({
  name: z.string().optional(),
  url: z.string().optional(),
  path: z.string().optional(),
  size: z.int().nonnegative().optional(),
  hashes: z.record(z.string(), z.string()),
});

const packageSchema = z.object({
  name: z.string(),
  version: z.string().optional(),
  marker: z.string().optional(),
  'requires-python': z.string().optional(),
  wheels: z.array(fileSchema).default([]),
  sdist: fileSchema.optional(),
  archive: fileSchema.optional(),
  vcs: z.unknown().optional(),
  directory: z.unknown().optional(),
});

const lockSchema = z.object({
  'lock-version': z.string().regex(/^1\./),
  packages: z.array(packageSchema).default([]),
  tool: z
    .object({
      conc: z.object({ backend: z.enum(['uv', 'pip']), inputs: z.string(), targets: z.array(z.string()) }).optional(),
    })
    .optional(),
});

/** Reads a lock (PEP 751). ConcError `lock.invalid`, `lock.not-from-index`, `lock.weak-hash`; `file` is how messages call it. */
export function parsePylock(text: string, file: string): Lock {
  const parsed = lockSchema.safeParse(parseToml(text, file));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(file, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { packages, tool } = parsed.data;
  return { packages: packages.map((each) => lockedPackage(each, file)), record: tool?.conc ?? null };
}

function lockedPackage(found: z.infer<typeof packageSchema>, file: string): LockedPackage {
  const { name, version, marker, wheels, sdist, archive } = found;
  if (found.vcs !== undefined || found.directory !== undefined || version === undefined) throw notFromIndex(name, file);
  const files = [...wheels, ...(sdist === undefined ? [] : [sdist]), ...(archive === undefined ? [] : [archive])];
  const locked = files.map((each) => lockedFile(each, name, file));
  return {
    name: normalizeName(name),
    version,
    marker: marker ?? null,
    requiresPython: found['requires-python'] ?? null,
    wheels: locked.filter((each) => each.file.endsWith('.whl')),
    sdist: locked.find((each) => !each.file.endsWith('.whl')) ?? null,
  };
}

function lockedFile(
  { name, url, path, size, hashes }: z.infer<typeof fileSchema>,
  owner: string,
  file: string,
): LockedFile {
  const { sha256 } = hashes;
  if (sha256 === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new ConcError({
      code: 'lock.weak-hash',
      message: `${file} has no sha256 for a file of ${owner}: without one nobody can tell what is installed`,
      hint: 'Lock it from an index that serves hashes',
      exit: 2,
    });
  }
  const from = url === undefined ? { path: path ?? '' } : { url };
  const called = name ?? decodeURIComponent(basename(url === undefined ? (path ?? '') : new URL(url).pathname));
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.+!-]*$/.test(called)) throw invalid(file, `"${called}" can't be the name of a file`);
  return { file: called, from, sha256, size: size ?? null };
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : String(error));
  }
}

function invalid(file: string, problem: string): ConcError {
  return new ConcError({
    code: 'lock.invalid',
    message: `${file} is not a lock that conc understands: ${problem}`,
    hint: 'Make it again: conc lock',
    exit: 2,
  });
}

function notFromIndex(name: string, file: string): ConcError {
  return new ConcError({
    code: 'lock.not-from-index',
    message: `${name} is taken from a folder or a repository: ${file} can't say what its content will be`,
    hint: `Publish ${name} to an index, or name a released version of it`,
    exit: 2,
  });
}
