import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { sha256File } from '../digest.ts';
import type { LockedFile } from '../lock/pylock.ts';
import type { Transport } from './download.ts';
import { download } from './download.ts';

export interface Cache {
  /** The project's folder: locks lie in it, and `.conc/cache` is below it. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly transport: Transport;
  /** Told when a file is asked of the network. */
  readonly onFetch: (file: LockedFile) => void;
}

/** The path of a file that a lock names, with the content that the lock names: from the cache, or fetched into it. */
export async function fetchLocked(cache: Cache, file: LockedFile): Promise<string> {
  if ('path' in file.from) return kept(cache, file, file.from.path);
  const folder = join(await concFolder(cache.folder), 'cache', file.sha256);
  const path = join(folder, file.file);
  if ((await digest(path)) === file.sha256) return path;
  await mkdir(folder, { recursive: true });
  cache.onFetch(file);
  const part = `${path}.${process.pid}.part`;
  try {
    await download(file.from.url, part, cache);
    const found = await sha256File(part);
    if (found !== file.sha256) throw mismatch(file, found);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return path;
}

/** Runs fetches, a few at a time; results in order. */
export async function fetchAll(cache: Cache, files: readonly LockedFile[]): Promise<string[]> {
  const paths: string[] = [];
  const waiting = files.entries();
  const worker = async (): Promise<void> => {
    for (const [at, file] of waiting) paths[at] = await fetchLocked(cache, file);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return paths;
}

/** `.conc` of a project, which says itself that git is to ignore it. */
export async function concFolder(project: string): Promise<string> {
  const folder = join(project, '.conc');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return folder;
}

async function kept(cache: Cache, file: LockedFile, path: string): Promise<string> {
  if (isAbsolute(path) || normalize(path).startsWith('..')) {
    throw new ConcError({
      code: 'lock.outside',
      message: `The lock takes ${file.file} from ${dirname(path)}, outside of the project: nobody else has that folder`,
      hint: 'Lock it from an index, or keep the file in the repository',
      exit: 2,
    });
  }
  const full = join(cache.folder, path);
  const found = await digest(full);
  if (found === file.sha256) return full;
  throw mismatch(file, found ?? 'nothing: there is no such file');
}

const digest = (path: string): Promise<string | null> => sha256File(path).catch(() => null);

function mismatch(file: LockedFile, found: string): ConcError {
  return new ConcError({
    code: 'fetch.mismatch',
    message: `${file.file} is not the file that was locked`,
    evidence: [`locked:  sha256 ${file.sha256}`, `arrived: sha256 ${found}`],
    hint: 'The index serves something else than it did. Find out why before you lock it anew',
    exit: 2,
  });
}
