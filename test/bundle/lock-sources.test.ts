import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/bundle/digest.ts';
import { lock } from '../../src/bundle/lock/lock.ts';
import { parsePylock } from '../../src/bundle/lock/pylock.ts';
import { refetch } from '../../src/bundle/lock/refetch.ts';
import type { PackageSpec } from './support/packages.ts';
import { makePackages, minibuild } from './support/packages.ts';
import { concIni, installUv, workshop, writeFiles } from './support/project.ts';

// What a lock can be made from, and who can read it. The index is a folder of little packages behind a server of our own.

const run = promisify(execFile);
let work: string;
let packages: string;
let uv: string;
/** A venv with a pip that reads and writes pylock.toml. */
let pip: string;
let env: NodeJS.ProcessEnv;
let server: ReturnType<typeof createServer>;
/** File names whose index advises against them, and others that are served with another content. */
const yanked = new Map<string, string>();
const changed = new Set<string>();

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-sources-'));
  packages = join(work, 'packages');
  const installed = await installUv(join(work, 'uv'));
  uv = installed.uv;
  pip = join(work, 'pip');
  await run(uv, ['venv', '--quiet', '--python', 'python3', pip]);
  await run(uv, ['pip', 'install', '--quiet', '--python', join(pip, 'bin', 'python'), 'pip>=26.3']);
  await publish(minibuild('1.0'), ...['one', 'two', 'three', 'four', 'tool'].map((name) => ({ name, version: '1.0' })));
  await publish({ name: 'five', version: '1.0', requires: ['one'] });
  server = createServer((request, response) => {
    const path = request.url ?? '';
    response.setHeader('content-type', path.startsWith('/simple/') ? 'text/html' : 'application/octet-stream');
    void answer(path).then((body) => response.end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const index = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/simple/`;
  const own = Object.entries(process.env).filter(([name]) => !/^(PIP_FIND_LINKS|UV_)/.test(name));
  const cached = { UV_CACHE_DIR: join(work, 'uv-cache'), PIP_CACHE_DIR: join(work, 'pip-cache') };
  const indexes = { UV_DEFAULT_INDEX: index, PIP_INDEX_URL: index, PATH: `${installed.path}:${process.env.PATH}` };
  env = { ...Object.fromEntries(own), ...cached, ...indexes };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(work, { recursive: true, force: true });
});

const publish = (...specs: readonly PackageSpec[]): Promise<readonly string[]> => makePackages(packages, specs);

/** PEP 503, with PEP 592's data-yanked. */
async function answer(path: string): Promise<string | Buffer> {
  const [, kind, name = ''] = path.split('/');
  if (kind === 'files') return changed.has(name) ? 'something else' : readFile(join(packages, name));
  const files = (await readdir(packages)).filter((file) => file.startsWith(`${name}-`));
  const links = files.map(async (file) => {
    const hash = sha256(await readFile(join(packages, file)));
    const reason = yanked.has(file) ? ` data-yanked="${yanked.get(file)}"` : '';
    return `<a href="/files/${file}#sha256=${hash}"${reason}>${file}</a>`;
  });
  return `<!DOCTYPE html><html><body>${(await Promise.all(links)).join('\n')}</body></html>`;
}

const pyproject = (dependencies: readonly string[], more = ''): string => `[project]
name = "shop"
version = "1.0"
dependencies = ${JSON.stringify(dependencies)}
${more}
[build-system]
requires = ["minibuild"]
build-backend = "minibuild"
`;

async function project(name: string, files: Readonly<Record<string, string>>, keys = ''): Promise<string> {
  const folder = join(work, name);
  await writeFiles(folder, { 'conc.ini': concIni.replace('app = shop\n', `app = shop\n${keys}`), ...files });
  return folder;
}

const names = async (folder: string, file: string): Promise<string[]> =>
  parsePylock(await readFile(join(folder, file), 'utf8'), file).packages.map(
    ({ name, version }) => `${name} ${version}`,
  );

const pipEnv = (): NodeJS.ProcessEnv => ({ ...env, PATH: process.env.PATH });

describe('what is locked', () => {
  test.each(['uv', 'pip'] as const)('project, extras and groups, and devops code apart, by %s', async (backend) => {
    const more = `[project.optional-dependencies]
images = ["two"]
all = ["shop[images]"]
[dependency-groups]
web = ["three", { include-group = "more" }]
more = ["four"]
devops = ["five", "tool"]`;
    const keys = 'lock.extras = all\nlock.groups = web\n';
    const folder = await project(`groups-${backend}`, { 'pyproject.toml': pyproject(['one'], more) }, keys);
    const result = await lock({ ...workshop(folder, backend === 'uv' ? env : pipEnv()), upgrade: false });
    expect(result).toMatchObject({ backend, files: ['pylock.toml', 'pylock.devops.toml', 'pylock.build.toml'] });
    expect(await names(folder, 'pylock.toml')).toEqual(['four 1.0', 'one 1.0', 'three 1.0', 'two 1.0']);
    expect(await names(folder, 'pylock.devops.toml')).toEqual(['five 1.0', 'one 1.0', 'tool 1.0']);
    expect(await names(folder, 'pylock.build.toml')).toEqual(['minibuild 1.0']);
  });

  test('what conc.ini names and the project has not', async () => {
    const bare = { 'pyproject.toml': pyproject([], '[dependency-groups]\nweb = []') };
    const of = async (name: string, keys: string): Promise<unknown> =>
      lock({ ...workshop(await project(name, bare, keys), env), upgrade: false });
    await expect(of('no-group', 'lock.groups = wbe\n')).rejects.toMatchObject({
      code: 'project.no-group',
      hint: 'Did you mean web?',
    });
    await expect(of('no-extra', 'lock.extras = web\n')).rejects.toMatchObject({ code: 'project.no-extra' });
    await expect(of('no-file', 'lock.requirements = x.txt\n')).rejects.toMatchObject({ code: 'lock.no-requirements' });
    const cycle = {
      'pyproject.toml': pyproject(
        [],
        '[dependency-groups]\na = [{ include-group = "b" }]\nb = [{ include-group = "a" }]',
      ),
    };
    const turning = await project('cycle', cycle, 'lock.groups = a\n');
    await expect(lock({ ...workshop(turning, env), upgrade: false })).rejects.toMatchObject({
      message: expect.stringContaining('a → b → a'),
    });
  });

  test('requirements files: .in, named ones, several to choose from', async () => {
    const only = await project('in', { 'requirements.in': 'five\n', 'requirements-devops.txt': 'tool\n' });
    await lock({ ...workshop(only, env), upgrade: false });
    expect(await names(only, 'pylock.toml')).toEqual(['five 1.0', 'one 1.0']);
    expect(await names(only, 'pylock.devops.toml')).toEqual(['tool 1.0']);
    const files = { 'requirements/base.in': 'one\n', 'requirements/prod.in': '-r base.in\ntwo\n' };
    const several = await project('several', files);
    await expect(lock({ ...workshop(several, env), upgrade: false })).rejects.toMatchObject({
      code: 'project.which-requirements',
      message: expect.stringContaining('requirements/base.in, requirements/prod.in'),
    });
    const named = await project('named', files, 'lock.requirements = requirements/prod.in\n');
    await lock({ ...workshop(named, env), upgrade: false });
    expect(await names(named, 'pylock.toml')).toEqual(['one 1.0', 'two 1.0']);
  });

  test('an existing venv: its versions; what came from a folder is refused by name', async () => {
    await publish({ name: 'venerable', version: '1.0' }, { name: 'venerable', version: '2.0' });
    const folder = await project('venv', { 'pyproject.toml': pyproject(['venerable']) });
    await run(uv, ['venv', '--quiet', '--python', 'python3', join(folder, '.venv')], { env });
    const install = (...what: string[]): Promise<unknown> =>
      run(uv, ['pip', 'install', '--quiet', '--python', join(folder, '.venv', 'bin', 'python'), ...what], { env });
    await install('venerable==1.0', 'five');
    const result = await lock({ ...workshop(folder, env), upgrade: false, venv: '.venv' });
    expect(result.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
      'five 1.0',
      'one 1.0',
      'venerable 1.0',
    ]);
    expect(result.warnings).toEqual([expect.stringContaining("doesn't ask for five")]);
    await lock({ ...workshop(folder, env), upgrade: false });
    expect(await names(folder, 'pylock.toml')).toEqual(['venerable 1.0']);
    const local = join(work, 'local');
    await writeFiles(local, { 'pyproject.toml': pyproject([]).replace('"shop"', '"local"') });
    await install('--editable', local).catch(() => install(local));
    await expect(lock({ ...workshop(folder, env), upgrade: false, venv: '.venv' })).rejects.toMatchObject({
      code: 'lock.not-from-index',
      evidence: [`local: file://${local}`],
    });
    await expect(lock({ ...workshop(folder, env), upgrade: false, venv: 'nowhere' })).rejects.toMatchObject({
      code: 'lock.no-venv',
    });
  });

  test.each(['uv', 'pip'] as const)(
    'folders, editable or not, are all named; a file in the repository stays, by %s',
    async (backend) => {
      await mkdir(join(work, `widget-${backend}`), { recursive: true });
      for (const name of ['left', 'right'])
        await writeFiles(join(work, `widget-${backend}`, name), {
          'pyproject.toml': pyproject([]).replace('"shop"', `"${name}"`),
        });
      const lines = `-e ../widget-${backend}/left\n../widget-${backend}/right\n`;
      const folder = await project(`local-${backend}`, { 'requirements.txt': lines });
      const surroundings = backend === 'uv' ? env : pipEnv();
      if (backend === 'uv') {
        await expect(lock({ ...workshop(folder, surroundings), upgrade: false })).rejects.toMatchObject({
          code: 'lock.not-from-index',
          message: expect.stringContaining('left, right'),
          evidence: [
            expect.stringMatching(/^left: folder .*left, editable$/),
            expect.stringMatching(/^right: folder .*right$/),
          ],
        });
      }
      const wheel = 'two-1.0-py3-none-any.whl';
      await mkdir(join(folder, 'wheels'));
      await writeFile(join(folder, 'wheels', wheel), await readFile(join(packages, wheel)));
      await writeFile(join(folder, 'requirements.txt'), `./wheels/${wheel}\n`);
      await lock({ ...workshop(folder, surroundings), upgrade: false });
      expect(await readFile(join(folder, 'pylock.toml'), 'utf8')).toContain(`path = "wheels/${wheel}"`);
    },
  );
});

describe('pylock.toml and others', () => {
  test.each(['uv', 'pip'] as const)('what conc locks by %s, uv and pip install', async (backend) => {
    const folder = await project(`read-${backend}`, { 'requirements.txt': 'five\ntwo\n' });
    await lock({ ...workshop(folder, backend === 'uv' ? env : pipEnv()), upgrade: false });
    const [byUv, byPip] = [join(folder, 'by-uv'), join(folder, 'by-pip')];
    const python = join(pip, 'bin', 'python');
    await run(uv, ['pip', 'install', '--target', byUv, '--python', python, '-r', 'pylock.toml'], {
      cwd: folder,
      env,
    });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--target', byPip, '-r', 'pylock.toml'], {
      cwd: folder,
      env,
    });
    for (const site of [byUv, byPip])
      expect((await readdir(site)).filter((name) => name.endsWith('.py'))).toEqual(['five.py', 'one.py', 'two.py']);
  });

  test('locks that uv and pip wrote are read: their versions stay', async () => {
    await publish({ name: 'kept', version: '1.0' });
    const python = join(pip, 'bin', 'python');
    const writers = {
      uv: [uv, 'pip', 'compile', '--quiet', 'requirements.txt', '--format', 'pylock.toml', '-o', 'pylock.toml'],
      pip: [python, '-m', 'pip', 'lock', '--quiet', '-r', 'requirements.txt', '-o', 'pylock.toml'],
    };
    const folders: string[] = [];
    for (const [name, [command = '', ...args]] of Object.entries(writers)) {
      const folder = await project(`written-${name}`, { 'requirements.txt': 'kept\n' });
      await run(command, args, { cwd: folder, env });
      folders.push(folder);
    }
    await publish({ name: 'kept', version: '2.0' });
    for (const folder of folders) {
      expect(await lock({ ...workshop(folder, env), upgrade: false })).toMatchObject({
        packages: [{ name: 'kept', version: '1.0' }],
        changes: [],
      });
    }
  });
});

test('what an index does to a file after it was locked is reported', async () => {
  await publish(
    { name: 'swapped', version: '1.0' },
    { name: 'regretted', version: '1.0' },
    { name: 'sound', version: '1.0' },
  );
  const folder = await project('refetched', { 'requirements.txt': 'swapped\nregretted\nsound\n' });
  await lock({ ...workshop(folder, env), upgrade: false });
  expect(await refetch(workshop(folder, env))).toEqual({ files: 3, findings: [] });
  changed.add('swapped-1.0-py3-none-any.whl');
  yanked.set('regretted-1.0-py3-none-any.whl', 'eats data');
  const fresh = { ...env, UV_CACHE_DIR: join(work, 'other-cache') };
  const { findings } = await refetch(workshop(folder, fresh));
  expect(findings).toMatchObject([
    { state: 'changed', package: 'swapped 1.0', kept: true, words: expect.stringContaining(sha256('something else')) },
    { state: 'yanked', package: 'regretted 1.0', words: 'eats data' },
  ]);
  await rm(join(folder, 'pylock.toml'));
  changed.clear();
  const { warnings } = await lock({ ...workshop(folder, fresh), upgrade: false }).catch((error) => ({
    warnings: [error.code],
  }));
  expect(warnings).toEqual(['lock.unresolved']);
  await writeFile(join(folder, 'requirements.txt'), 'regretted==1.0\n');
  expect((await lock({ ...workshop(folder, fresh), upgrade: false })).warnings).toEqual([
    'regretted 1.0 was yanked from its index: eats data',
  ]);
});
