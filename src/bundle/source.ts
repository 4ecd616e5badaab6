import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LockSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { digestOf, sha256File } from './digest.ts';
import { runProgram } from './program.ts';

/** One file of a project: what a build reads, and what it looks like. */
export interface SourceFile {
  /** Below the project's folder, with `/`. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
}

export interface Source {
  /** Absolute: the folder of conc.ini. */
  readonly folder: string;
  /** Sorted by path. Tracked, and untracked but not ignored; without git all but the usual leftovers. */
  readonly files: readonly SourceFile[];
  /** The commit that is checked out; null without git, or before the first one. */
  readonly commit: string | null;
  /** What differs from that commit, as `git status --porcelain` says it; conc's config doesn't count, it is no part of a build. */
  readonly changes: readonly string[];
  /** conc.ini is there and isn't committed yet: the project is being tried out, and what conc init wrote is among the changes. */
  readonly begun: boolean;
  /** Is the folder the top of a git repository? Backends that take the version from it need its history. */
  readonly repository: boolean;
  /** Paths that are in the folder, but no part of what is built: vendored files. */
  readonly left?: readonly string[];
}

/** Reads what a project consists of. ConcError `source.git` when git is there but refuses. */
export async function readSource(folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Source> {
  const top = await git(folder, env, 'rev-parse', '--show-prefix');
  if (top === null) {
    const isInput = await inputsOf(folder);
    const files = await describe(folder, (await walk(folder)).filter(isInput));
    return { folder, files, commit: null, changes: [], begun: false, repository: false };
  }
  const prefix = top.trim();
  const [listed, status, commit] = await Promise.all([
    git(folder, env, 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '.'),
    git(folder, env, 'status', '--porcelain', '-z', '--no-renames', '--untracked-files=all', '--', '.'),
    git(folder, env, 'rev-parse', '--verify', '--quiet', 'HEAD'),
  ]);
  const isInput = await inputsOf(folder);
  const files = await describe(folder, (listed ?? '').split('\0').filter(isInput));
  const lines = (status ?? '').split('\0').filter((line) => line !== '');
  const changes = lines.filter((line) => isInput(line.slice(3).slice(prefix.length)));
  const begun = lines.some((line) => /^(?:\?\?|A.) /.test(line) && line.slice(3) === `${prefix}conc.ini`);
  return { folder, files, commit: commit?.trim() ?? null, changes, begun, repository: prefix === '' };
}

/** Digest of what a build and its lock depend on: a bundle of others is stale. Of conc's config that is what it says of the lock. */
export async function inputsDigest(source: Pick<Source, 'folder' | 'files'>, lock: LockSettings): Promise<string> {
  return digestOf({ source: await sourceDigest(source), lock });
}

/** Digest of paths, executable bits and contents. */
export async function sourceDigest({ folder, files }: Pick<Source, 'folder' | 'files'>): Promise<string> {
  const rows: (string | boolean)[][] = [];
  for (const { path, kind, executable } of files) {
    const full = join(folder, path);
    const content =
      kind === 'link'
        ? createHash('sha256')
            .update(await readlink(full))
            .digest('hex')
        : await sha256File(full);
    rows.push([path, kind, executable, content]);
  }
  return digestOf(rows);
}

/**
 * All but what decides nothing in a build: conc's own folder, and its config, as a bundle goes to any node. That is
 * `conc.ini`, and whatever else lies beside it for `--config`: built with the one, a bundle is deployed with the other.
 */
async function inputsOf(folder: string): Promise<(path: string) => boolean> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(ini|cfg|conf)$/.test(name));
  const configs = new Set(['conc.ini']);
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (/^\[node [^\]\r\n]+\]/m.test(text)) configs.add(name);
  }
  return (path) => path !== '' && !configs.has(path) && !path.startsWith('.conc/');
}

/** Names of leftovers that people ignore: for folders that git doesn't know. */
const leftovers = new Set([
  ...['.git', '.hg', '.svn', '.conc', '.venv', 'venv', '.tox', '.nox', 'node_modules', '__pycache__', 'build', 'dist'],
  ...['.mypy_cache', '.pytest_cache', '.ruff_cache', '.idea', '.vscode', '.DS_Store', '.eggs', '.coverage', 'htmlcov'],
]);

async function walk(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const kept = entries.filter(({ name }) => !leftovers.has(name) && !/\.(egg-info|pyc|pyo|swp)$/.test(name));
  const paths = await Promise.all(
    kept.map(async (entry) => {
      const path = below + entry.name;
      return entry.isDirectory() ? walk(folder, `${path}/`) : [path];
    }),
  );
  return paths.flat();
}

/** Sorted, without what is gone; folders (submodules) opened up. */
async function describe(folder: string, paths: readonly string[]): Promise<SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of paths) {
    const found = await lstat(join(folder, path)).catch(() => null);
    if (found?.isDirectory()) {
      const inside = await describe(join(folder, path), await walk(join(folder, path)));
      files.push(...inside.map((each) => ({ ...each, path: `${path.replace(/\/$/, '')}/${each.path}` })));
    } else if (found?.isSymbolicLink()) files.push({ path, kind: 'link', executable: false });
    else if (found?.isFile()) files.push({ path, kind: 'file', executable: (found.mode & 0o100) !== 0 });
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** git's answer; null where there is no git, no repository, or nothing to answer. */
async function git(folder: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<string | null> {
  const settings = { ...env, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
  const { exit, stdout, stderr } = await runProgram(['git', '-C', folder, ...args], { env: settings });
  if (exit === 0) return stdout;
  if (exit === null || exit === 1 || stderr.includes('not a git repository')) return null;
  throw new ConcError({
    code: 'source.git',
    message: `git can't say what belongs to the project in ${folder}`,
    evidence: stderr.trim().split('\n'),
    exit: 2,
  });
}
