import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { sha256File } from '../digest.ts';
import { isOutside } from '../lock/local.ts';
import type { LockedFile } from '../lock/pylock.ts';
import { inParallel } from '../parallel.ts';
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
  const path = await cachePath(cache, file);
  if ((await digest(path)) === file.sha256) return path;
  await mkdir(dirname(path), { recursive: true });
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

/** Where the cache keeps a file, if it has it. */
export const cachePath = async ({ folder }: Cache, file: LockedFile): Promise<string> =>
  join(await concFolder(folder), 'cache', file.sha256, file.file);

/** Paths of files that a lock names, a few fetched at a time; in order. */
export const fetchAll = (cache: Cache, files: readonly LockedFile[]): Promise<string[]> =>
  inParallel(files, (file) => fetchLocked(cache, file));

/** `.conc` of a project, which says itself that git is to ignore it. */
export async function concFolder(project: string): Promise<string> {
  const folder = join(project, '.conc');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return folder;
}

/** The same, also of a file that lies outside of the project: on its way into it. */
export const fetchFrom = (cache: Cache, file: LockedFile): Promise<string> =>
  'path' in file.from && isOutside(file.from.path)
    ? checked(file, resolve(cache.folder, file.from.path))
    : fetchLocked(cache, file);

async function kept(cache: Cache, file: LockedFile, path: string): Promise<string> {
  if (isOutside(path)) {
    throw new ConcError({
      code: 'lock.outside',
      message: `The lock takes ${file.file} from ${dirname(path)}, outside of the project: nobody else has that folder`,
      hint: 'Lock it from an index, or keep the file in the repository',
      exit: 2,
    });
  }
  return checked(file, join(cache.folder, path));
}

async function checked(file: LockedFile, full: string): Promise<string> {
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
