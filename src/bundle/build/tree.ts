import { chmod, copyFile, mkdir, readdir, readlink, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { runProgram } from '../program.ts';
import type { Source } from '../source.ts';

/** A copy of a source tree that a backend may do with as it likes. */
export interface Tree {
  readonly folder: string;
  /** What the backend must be told besides: git's index, for those that take the version from it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Copies what belongs to a project, so that stray `build/` folders, caches and ignored files can't get into a wheel. */
export async function copyTree(source: Source, to: string, env: NodeJS.ProcessEnv): Promise<Tree> {
  await mkdir(to, { recursive: true });
  for (const { path, kind, executable } of source.files) {
    const [from, target] = [join(source.folder, path), join(to, path)];
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    if (kind === 'link') await symlink(await readlink(from), target);
    else {
      await copyFile(from, target);
      await chmod(target, executable ? 0o755 : 0o644);
    }
  }
  return { folder: to, env: source.gitDir === null ? {} : await lendHistory(source.gitDir, to, env) };
}

/** Unpacks an sdist. What is in it is about to be executed: it is hash-checked, and trusted as far as that goes. */
export async function unpackTree(sdist: string, to: string, python: string, env: NodeJS.ProcessEnv): Promise<Tree> {
  await mkdir(to, { recursive: true });
  const { exit, stderr } = await runProgram([python, '-I', '-c', unpack, sdist, to], { env });
  const [top, ...more] = exit === 0 ? await readdir(to) : [];
  if (top !== undefined && more.length === 0) return { folder: join(to, top), env: {} };
  throw new ConcError({
    code: 'build.sdist',
    message: `${sdist} can't be unpacked as an sdist`,
    evidence: stderr.trim().split('\n').slice(-3),
    exit: 2,
  });
}

const unpack = `
import shutil, sys, tarfile
archive, to = sys.argv[1:]
safe = {"filter": "data"} if hasattr(tarfile, "data_filter") and not archive.endswith(".zip") else {}
shutil.unpack_archive(archive, to, **safe)
`;

/**
 * Makes the copy a work tree of the project's repository, for `git describe`. conc.ini is not copied; an index of the
 * copy's own says that this is meant so, otherwise every version would be called dirty.
 */
async function lendHistory(gitDir: string, to: string, env: NodeJS.ProcessEnv): Promise<Record<string, string>> {
  const index = `${to}.index`;
  await copyFile(join(gitDir, 'index'), index).catch(() => undefined);
  await writeFile(join(to, '.git'), `gitdir: ${gitDir}\n`);
  const lent = { GIT_INDEX_FILE: index, GIT_OPTIONAL_LOCKS: '0' };
  await runProgram(['git', '-C', to, 'update-index', '--skip-worktree', 'conc.ini'], { env: { ...env, ...lent } });
  return lent;
}
