import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf } from '../digest.ts';
import type { TargetSpec } from '../types.ts';
import type { Project } from './project.ts';
import type { Lock } from './pylock.ts';
import { parsePylock } from './pylock.ts';
import { readDocument } from './pylock-document.ts';

/**
 * The application's packages, what builds need, what devops code needs, and conc's own tools for nodes that are kept by
 * supervisord (PEP 751 names).
 */
export const lockFiles = {
  runtime: 'pylock.toml',
  build: 'pylock.build.toml',
  devops: 'pylock.devops.toml',
  tools: 'pylock.tools.toml',
} as const;

/** Where the build of one package can't share its requirements with the others: a lock of its own, by normalised name. */
export const separateBuildFile = (name: string): string => `pylock.build-${name}.toml`;

const isLock = (name: string): boolean =>
  Object.values(lockFiles).some((each) => each === name) || /^pylock\.build-[a-z0-9-]+\.toml$/.test(name);

export interface LockFile {
  readonly text: string;
  readonly lock: Lock;
}

export interface Locks {
  readonly runtime: LockFile;
  /** null: nothing has to be built. */
  readonly build: LockFile | null;
  /** By the package whose build it is for. */
  readonly separate: ReadonlyMap<string, LockFile>;
  readonly devops: LockFile | null;
  readonly tools: LockFile | null;
}

/** What a lock is made from: while this digest is the same, the lock is not stale. */
export const lockInputs = (project: Project, targets: readonly TargetSpec[]): string =>
  digestOf({ project: project.digest, targets: targets.map(({ name, python }) => ({ name, python })) });

/** The texts of the locks that are there, by file name; whoever wrote them. */
export async function readLockTexts(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).filter(isLock).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return new Map(names.map((name, at) => [name, texts[at] ?? '']));
}

/** The locks of a project, as they must be for a build. ConcError (exit 2) `lock.none`, `lock.stale`. */
export async function readLocks(
  folder: string,
  inputs: string,
  needs: { build: boolean; tools: boolean; devops: boolean },
): Promise<Locks> {
  const runtime = await readOne(folder, lockFiles.runtime, inputs);
  if (runtime === null) {
    throw new ConcError({
      code: 'lock.none',
      message: `There is no ${lockFiles.runtime} in ${folder}`,
      hint: 'Resolve what the application needs: conc lock',
      exit: 2,
    });
  }
  const build = await readOne(folder, lockFiles.build, inputs);
  if (build === null && needs.build) throw stale(`${lockFiles.build} is missing`);
  const separate = new Map<string, LockFile>();
  for (const name of build?.lock.record?.separate ?? []) {
    const own = await readOne(folder, separateBuildFile(name), inputs);
    if (own === null) throw stale(`${separateBuildFile(name)} is missing`);
    separate.set(name, own);
  }
  const devops = needs.devops ? await readOne(folder, lockFiles.devops, inputs) : null;
  if (devops === null && needs.devops) throw stale(`${lockFiles.devops} is missing`);
  const tools = needs.tools ? await readOne(folder, lockFiles.tools, inputs) : null;
  if (tools === null && needs.tools) throw stale(`${lockFiles.tools} is missing, and a node has service = supervisord`);
  return { runtime, build, separate, devops, tools };
}

/** Writes locks, each by a rename, and removes those of conc's that there are no longer. */
export async function writeLocks(folder: string, texts: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, text] of texts) {
    const path = join(folder, name);
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }
  for (const [name, text] of await readLockTexts(folder))
    if (!texts.has(name) && isOurs(text, name)) await rm(join(folder, name));
}

function isOurs(text: string, name: string): boolean {
  try {
    return readDocument(text, name).tool?.conc !== undefined;
  } catch {
    return false;
  }
}

async function readOne(folder: string, name: string, inputs: string): Promise<LockFile | null> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => null);
  if (text === null) return null;
  const lock = parsePylock(text, name);
  if (lock.record === null) throw stale(`${name} was written by another program`);
  if (lock.record.inputs !== inputs) throw stale(`requirements or targets changed since ${name} was made`);
  return { text, lock };
}

function stale(why: string): ConcError {
  return new ConcError({
    code: 'lock.stale',
    message: `The lock is stale: ${why}`,
    hint: 'Make it again: conc lock',
    exit: 2,
  });
}
