import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyTree } from '../../src/bundle/build/tree.ts';
import { noChoice } from '../../src/bundle/lock/choice.ts';
import { readProject } from '../../src/bundle/lock/project.ts';
import { inputsDigest, readSource } from '../../src/bundle/source.ts';
import { commitAll, git, writeFiles } from './support/project.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-source-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const digest = async (lock = noChoice): Promise<string> => inputsDigest(await readSource(folder), lock);
const paths = async (): Promise<string[]> => (await readSource(folder)).files.map(({ path }) => path);

const tree = {
  'conc.ini': '',
  '.gitignore': 'secret\n',
  secret: 'x',
  'a.py': '',
  'sub/run.sh': '',
  '.conc/cache/x': '',
};

test('with git: what is tracked, or neither tracked nor ignored', async () => {
  await writeFiles(folder, tree);
  await commitAll(folder);
  expect(await readSource(folder)).toMatchObject({
    commit: await git(folder, 'rev-parse', 'HEAD'),
    changes: [],
    repository: true,
  });
  await writeFiles(folder, { 'new.py': '', 'conc.ini': 'changed', 'a.py': 'changed', 'ä b.py': '' });
  await rm(join(folder, 'sub'), { recursive: true });
  expect(await paths()).toEqual(['.gitignore', 'a.py', 'new.py', 'ä b.py']);
  expect((await readSource(folder)).changes.toSorted()).toEqual([' D sub/run.sh', ' M a.py', '?? new.py', '?? ä b.py']);
});

test('a conc.ini that git does not have yet: a project that is begun', async () => {
  await writeFiles(folder, { 'a.py': '' });
  await commitAll(folder);
  const begun = async (): Promise<boolean> => (await readSource(folder)).begun;
  expect(await begun()).toBe(false);
  await writeFiles(folder, { 'conc.ini': '' });
  expect(await begun()).toBe(true);
  await git(folder, 'add', 'conc.ini');
  expect(await begun()).toBe(true);
  await commitAll(folder);
  await writeFiles(folder, { 'conc.ini': 'changed', 'a.py': 'changed' });
  expect(await begun()).toBe(false);
  // Where conc.ini is kept out of the repository, it says nothing about the rest.
  await git(folder, 'rm', '--quiet', '--force', 'conc.ini');
  await writeFiles(folder, { 'conc.ini': '', '.gitignore': 'conc.ini\n' });
  expect(await begun()).toBe(false);
});

test('without git: all but the usual left-overs', async () => {
  await writeFiles(folder, {
    ...tree,
    'build/lib/a.py': '',
    'a.pyc': '',
    'x.egg-info/PKG-INFO': '',
    '.venv/bin/x': '',
    '.hidden': '',
  });
  expect(await paths()).toEqual(['.gitignore', '.hidden', 'a.py', 'secret', 'sub/run.sh']);
  expect(await readSource(folder)).toMatchObject({ commit: null, changes: [], repository: false });
});

test('a project below the top of its repository', async () => {
  const top = folder;
  await writeFiles(top, { 'other.py': '', 'app/a.py': '', 'app/conc.ini': '' });
  await commitAll(top);
  await writeFiles(top, { 'other.py': 'changed', 'app/conc.ini': 'changed' });
  folder = join(top, 'app');
  expect(await readSource(folder)).toMatchObject({ changes: [], repository: false, files: [{ path: 'a.py' }] });
  await writeFiles(top, { 'app/a.py': 'changed' });
  expect((await readSource(folder)).changes).toEqual([' M app/a.py']);
  folder = top;
});

test('submodules belong to it', async () => {
  const other = join(folder, 'other');
  await writeFiles(other, { 'inner.py': '' });
  await commitAll(other);
  const main = join(folder, 'main');
  await writeFiles(main, { 'a.py': '' });
  await commitAll(main);
  await git(main, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'sub');
  expect((await readSource(main)).files.map(({ path }) => path)).toEqual(['.gitmodules', 'a.py', 'sub/inner.py']);
});

test('the digest of inputs: contents, names and executable bits; not conc.ini, nor times', async () => {
  await writeFiles(folder, tree);
  const before = await digest();
  await writeFile(join(folder, 'conc.ini'), 'changed');
  await writeFiles(folder, { 'a.py': '', '.conc/bundles/x': '' });
  expect(await digest()).toBe(before);
  await chmod(join(folder, 'a.py'), 0o755);
  const executable = await digest();
  await writeFile(join(folder, 'a.py'), 'x');
  const changed = await digest();
  await symlink('a.py', join(folder, 'link.py'));
  expect(new Set([before, executable, changed, await digest()]).size).toBe(4);
});

test('a config of another name decides as little as conc.ini; what it says of the lock does', async () => {
  await writeFiles(folder, { ...tree, 'setup.cfg': '[metadata]\n' });
  const before = await digest();
  await writeFiles(folder, { 'staging.ini': '[DEFAULT]\napp = shop\n\n[node web1]\nroot = /srv\n' });
  expect(await digest()).toBe(before);
  expect((await readSource(folder)).files.map(({ path }) => path)).toContain('setup.cfg');
  expect(await digest({ ...noChoice, extras: ['mail'] })).not.toBe(before);
  await writeFiles(folder, { 'logging.ini': '[loggers]\nkeys = root\n' });
  expect(await digest()).not.toBe(before);
});

test('the copy has just that, in modes that no umask bends', async () => {
  await writeFiles(folder, { ...tree, 'build/lib/stale.py': '' });
  await symlink('a.py', join(folder, 'link.py'));
  await mkdir(join(folder, 'empty'));
  const before = process.umask(0o077);
  try {
    const to = join(folder, '.conc', 'copy');
    expect(await copyTree(await readSource(folder), to, process.env)).toBe(to);
    expect((await readdir(to, { recursive: true })).toSorted()).toEqual([
      '.gitignore',
      'a.py',
      'link.py',
      'secret',
      'sub',
      'sub/run.sh',
    ]);
    expect((await stat(join(to, 'a.py'))).mode & 0o777).toBe(0o644);
    expect((await stat(join(to, 'sub/run.sh'))).mode & 0o777).toBe(0o755);
  } finally {
    process.umask(before);
  }
});

test('what makes a lock stale', async () => {
  const pyproject = '[project]\nname = "Shop.App"\nversion = "1"\ndependencies = ["six"]\n';
  await writeFiles(folder, { 'pyproject.toml': pyproject });
  const { digest, name, tree } = await readProject(folder);
  expect([name, tree?.lines]).toEqual(['shop-app', ['six']]);
  const after = async (change: (text: string) => string): Promise<boolean> => {
    await writeFiles(folder, { 'pyproject.toml': change(pyproject) });
    return (await readProject(folder)).digest !== digest;
  };
  expect(await after((text) => text.replace('"1"', '"2"'))).toBe(false);
  expect(await after((text) => `${text}\n[tool.ruff]\nline-length = 100\n`)).toBe(false);
  expect(await after((text) => text.replace('six', 'six>1'))).toBe(true);
  expect(await after((text) => `${text}\n[build-system]\nrequires = ["hatchling"]\n`)).toBe(true);
  expect(await after((text) => `${text}\n[tool.uv.sources]\nsix = { path = "x" }\n`)).toBe(true);
});

test('kinds of projects', async () => {
  await expect(readProject(folder)).rejects.toMatchObject({ code: 'project.none', exit: 2 });
  await writeFiles(folder, {
    'requirements.txt': '-r base.txt\n',
    'base.txt': 'six\n',
    'pyproject.toml': '[tool.ruff]\n',
  });
  const bare = await readProject(folder);
  expect(bare).toMatchObject({ file: 'requirements.txt', build: null });
  await writeFiles(folder, { 'base.txt': 'six>1\n' });
  expect((await readProject(folder)).digest).not.toBe(bare.digest);
  await writeFiles(folder, { 'setup.py': 'from setuptools import setup\nsetup(name="x")\n' });
  expect(await readProject(folder)).toMatchObject({
    file: 'setup.py',
    name: null,
    tree: { lines: null },
    build: { requires: ['setuptools>=40.8.0', 'wheel'] },
  });
  await writeFiles(folder, { 'pyproject.toml': '[project]\nnme = "x"\n' });
  await expect(readProject(folder)).rejects.toMatchObject({
    code: 'project.invalid',
    message: expect.stringContaining('project.name'),
  });
  expect(await readFile(join(folder, 'setup.py'), 'utf8')).toContain('setup');
});
