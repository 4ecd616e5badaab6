import { chmod, copyFile, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { runProgram } from '../program.ts';
import type { Source } from '../source.ts';

/**
 * Copies what belongs to a project into a new folder, so that stray `build/` folders, caches and ignored files can't get
 * into a wheel, and what a backend leaves behind doesn't get into the project.
 */
export async function copyTree(source: Source, to: string, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(dirname(to), { recursive: true });
  if (source.repository) await lendHistory(source, to, env);
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
  return to;
}

/** Unpacks an sdist. What is in it is about to be executed: it is hash-checked, and trusted as far as that goes. */
export async function unpackTree(sdist: string, to: string, python: string, env: NodeJS.ProcessEnv): Promise<string> {
  await mkdir(to, { recursive: true });
  const { exit, stderr } = await runProgram([python, '-I', '-c', unpack, sdist, to], { env });
  const [top, ...more] = exit === 0 ? await readdir(to) : [];
  if (top !== undefined && more.length === 0) return join(to, top);
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
 * Gives the copy the project's history, for backends that take the version from it: a clone that borrows the objects.
 * conc.ini and vendored files are not copied; the clone's index says that this is meant so, otherwise every version
 * would be called dirty.
 */
async function lendHistory({ folder, left = [] }: Source, to: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { exit } = await runProgram(['git', 'clone', '--quiet', '--shared', '--no-checkout', folder, to], { env });
  if (exit !== 0) return;
  await runProgram(['git', '-C', to, 'read-tree', 'HEAD'], { env });
  const { stdout } = await runProgram(['git', '-C', to, 'ls-files', '-z', '--', 'conc.ini', ...left], { env });
  const absent = stdout.split('\0').filter((path) => path !== '');
  if (absent.length > 0) await runProgram(['git', '-C', to, 'update-index', '--skip-worktree', ...absent], { env });
}
