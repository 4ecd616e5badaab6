import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf } from '../digest.ts';
import type { TargetSpec } from '../types.ts';
import type { Project } from './project.ts';
import type { Lock } from './pylock.ts';
import { parsePylock } from './pylock.ts';

/** The application's packages, what builds need, and conc's own tools for nodes that are kept by supervisord (PEP 751 names). */
export const lockFiles = { runtime: 'pylock.toml', build: 'pylock.build.toml', tools: 'pylock.tools.toml' } as const;
export type LockKind = keyof typeof lockFiles;

export interface LockFile {
  readonly text: string;
  readonly lock: Lock;
}

export interface Locks {
  readonly runtime: LockFile;
  /** null: nothing has to be built. */
  readonly build: LockFile | null;
  readonly tools: LockFile | null;
}

/** What a lock is made from: while this digest is the same, the lock is not stale. */
export const lockInputs = (project: Project, targets: readonly TargetSpec[]): string =>
  digestOf({ project: project.digest, targets: targets.map(({ name, python }) => ({ name, python })) });

/** A lock's text; null where there is none yet. */
export const readLockText = (folder: string, kind: LockKind): Promise<string | null> =>
  readFile(join(folder, lockFiles[kind]), 'utf8').catch(() => null);

/** The locks of a project, as they must be for a build. ConcError (exit 2) `lock.none`, `lock.stale`. */
export async function readLocks(
  folder: string,
  inputs: string,
  needs: { build: boolean; tools: boolean },
): Promise<Locks> {
  const runtime = await readOne(folder, 'runtime', inputs);
  if (runtime === null) {
    throw new ConcError({
      code: 'lock.none',
      message: `There is no ${lockFiles.runtime} in ${folder}`,
      hint: 'Resolve what the application needs: conc lock',
      exit: 2,
    });
  }
  const build = await readOne(folder, 'build', inputs);
  if (build === null && needs.build) throw stale(`${lockFiles.build} is missing`);
  const tools = needs.tools ? await readOne(folder, 'tools', inputs) : null;
  if (tools === null && needs.tools) throw stale(`${lockFiles.tools} is missing, and a node has service = supervisord`);
  return { runtime, build, tools };
}

/** Writes the locks that there are, and removes those that there are no longer. */
export async function writeLocks(folder: string, texts: Readonly<Record<LockKind, string | null>>): Promise<string[]> {
  const written: string[] = [];
  for (const kind of ['runtime', 'build', 'tools'] as const) {
    const [path, text] = [join(folder, lockFiles[kind]), texts[kind]];
    if (text === null) await rm(path, { force: true });
    else {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
      written.push(lockFiles[kind]);
    }
  }
  return written;
}

async function readOne(folder: string, kind: LockKind, inputs: string): Promise<LockFile | null> {
  const text = await readLockText(folder, kind);
  if (text === null) return null;
  const lock = parsePylock(text, lockFiles[kind]);
  if (lock.record === null) throw stale(`${lockFiles[kind]} was written by another program`);
  if (lock.record.inputs !== inputs) throw stale(`requirements or targets changed since ${lockFiles[kind]} was made`);
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
