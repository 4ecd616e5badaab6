import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { sha256File } from '../digest.ts';
import type { Cache } from '../fetch/cache.ts';
import { cachePath, fetchFrom } from '../fetch/cache.ts';
import { tryDownload } from '../fetch/download.ts';
import type { FactsOf, Interpreter } from '../interpreters.ts';
import { inParallel } from '../parallel.ts';
import { readTargets } from '../targets.ts';
import type { Backend } from './backend.ts';
import { builderCommand, findBuilders } from './builders.ts';
import { lowest } from './coverage.ts';
import { lockFiles, readLockTexts } from './files.ts';
import { findBackend } from './find-backend.ts';
import type { NeededFile } from './needed-files.ts';
import { neededBy, neededFiles } from './needed-files.ts';
import { addressOf, parsePylock } from './pylock.ts';

/** What an index does with a file that is locked, other than serving it as it was. */
export interface Finding {
  readonly state: 'changed' | 'yanked' | 'vanished' | 'unreachable';
  /** `pylock.toml` */
  readonly lock: string;
  /** `six 1.17.0` */
  readonly package: string;
  /** '' of what is yanked: all files of the version are. */
  readonly file: string;
  /** The index's own words, or both hashes. */
  readonly words: string;
  /** Is the locked content in the cache or the repository? */
  readonly kept: boolean;
}

export interface RefetchResult {
  /** How many files were asked for again. */
  readonly files: number;
  readonly findings: readonly Finding[];
}

export interface RefetchRequest {
  readonly nodes: readonly NodeSettings[];
  readonly factsOf: FactsOf;
  readonly cache: Cache;
  readonly progress: (line: string) => void;
}

/** Fetches again what targets and builds get of every lock, and asks which versions were withdrawn since. Changes no lock. */
export async function refetch({ nodes, factsOf, cache, progress }: RefetchRequest): Promise<RefetchResult> {
  const locks = await readLockTexts(cache.folder);
  if (!locks.has(lockFiles.runtime)) throw none(cache.folder);
  const covered = await readTargets(cache.folder);
  const backend = await findBackend(builderCommand(nodes), cache.env);
  const builders = await findBuilders(nodes, covered, backend, factsOf);
  const findings: Finding[] = [];
  let files = 0;
  for (const [lock, text] of locks) {
    const needed = neededFiles(parsePylock(text, lock), neededBy({ covered, builders }, lock));
    progress(`fetching ${needed.length} files of ${lock} again`);
    const found = await inParallel(needed, (each) => fetchAgain(cache, lock, each));
    findings.push(...found.filter((each) => each !== null));
    const there = needed.filter((_, at) => found[at]?.state !== 'vanished' && found[at]?.state !== 'unreachable');
    findings.push(...(await withdrawn(cache, { backend, builders, lock }, there)));
    files += needed.length;
  }
  return { files, findings };
}

async function fetchAgain(cache: Cache, lock: string, needed: NeededFile): Promise<Finding | null> {
  const { file } = needed;
  const url = addressOf(file);
  // In the repository alone: nobody else could have changed it.
  if (url === null) return null;
  const path = await cachePath(cache, file);
  const part = `${path}.${process.pid}.again`;
  const found = async (state: Finding['state'], words: string): Promise<Finding> => {
    const known = await fetchFrom({ ...cache, transport: offline }, file).catch(() => null);
    return { state, lock, package: nameOf(needed), file: file.file, words, kept: known !== null };
  };
  try {
    await mkdir(join(path, '..'), { recursive: true });
    const problem = await tryDownload(url, part, cache);
    if (problem !== null) {
      const gone = problem.status === 404 || problem.status === 410;
      return await found(gone ? 'vanished' : 'unreachable', problem.words);
    }
    const digest = await sha256File(part);
    if (digest !== file.sha256) return await found('changed', `locked sha256 ${file.sha256}, now ${digest}`);
    await rename(part, path);
    return null;
  } finally {
    await rm(part, { force: true });
  }
}

/** Only what is here already counts. */
const offline = (): Promise<never> => Promise.reject(new ConcError({ code: 'fetch.offline', message: '', exit: 2 }));

/** Versions that their index has withdrawn (PEP 592), as the resolver is told when it is asked for just these. */
async function withdrawn(
  cache: Cache,
  { backend, builders, lock }: { backend: Backend; builders: readonly Interpreter[]; lock: string },
  needed: readonly NeededFile[],
): Promise<Finding[]> {
  const [builder] = builders;
  const asked = needed.filter(({ file }) => addressOf(file) !== null).map((each) => each.package);
  if (asked.length === 0 || builder === undefined) return [];
  const lines = asked.map(({ name, version, marker }) => `${name}==${version}${marker === null ? '' : ` ; ${marker}`}`);
  const { yanked } = await backend.resolve({
    requirements: { folder: cache.folder, lines: [...new Set(lines)] },
    ...{ what: lock, python: builder.command, former: null, alone: true as const },
    version: lowest(builders.map(({ spec }) => spec.python)),
  });
  return yanked.map(({ name, version, reason }) => {
    const words = reason === '' ? 'no reason is given' : reason;
    return { state: 'yanked', lock, package: `${name} ${version}`, file: '', words, kept: true };
  });
}

const nameOf = ({ package: { name, version } }: NeededFile): string => `${name} ${version}`;

function none(folder: string): ConcError {
  return new ConcError({
    code: 'lock.none',
    message: `There is no ${lockFiles.runtime} in ${folder}, so nothing to fetch again`,
    hint: 'Resolve what the application needs: conc lock',
    exit: 2,
  });
}
