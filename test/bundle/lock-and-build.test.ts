import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../src/bundle/build/build.ts';
import { sha256 } from '../../src/bundle/digest.ts';
import { noChoice } from '../../src/bundle/lock/choice.ts';
import { newestBundle } from '../../src/bundle/newest.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { toolsFor, wheelsFor } from '../../src/bundle/select.ts';
import { readTargets } from '../../src/bundle/targets.ts';
import {
  buildIn,
  commitAll,
  concIni,
  git,
  installUv,
  localFacts,
  lockIn,
  shop,
  workshop,
  writeFiles,
} from './support/project.ts';
import { pythons } from './support/python.ts';

// Real packages from the index; everything that is fetched is kept in one folder for the whole file.

const run = promisify(execFile);
let work: string;
let uv: string;
/** PATH with uv, and the machine's own, where pip is what there is. */
let environments: { uv: NodeJS.ProcessEnv; pip: NodeJS.ProcessEnv };

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-build-'));
  const installed = await installUv(join(work, 'uv'));
  uv = installed.uv;
  environments = { pip: process.env, uv: { ...process.env, PATH: `${installed.path}:${process.env.PATH}` } };
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** A project in a folder of its own; downloads and builds are shared, or its own with `cache` false. */
async function project(name: string, files: Readonly<Record<string, string>>, cache = true): Promise<string> {
  const folder = join(work, name);
  await writeFiles(folder, files);
  await mkdir(join(folder, '.conc'), { recursive: true });
  await mkdir(join(work, 'cache'), { recursive: true });
  await writeFile(join(folder, '.conc', '.gitignore'), '*\n');
  if (cache) await symlink(join(work, 'cache'), join(folder, '.conc', 'cache'));
  return folder;
}

const supervised = { ...shop, 'conc.ini': `${concIni}service = supervisord\nprocess.web.command = shop\n` };

describe.each(['uv', 'pip'] as const)('with %s', (backend) => {
  let folder: string;

  test('lock resolves the application, what builds need, and the tools', async () => {
    folder = await project(`shop-${backend}`, supervised);
    const result = await lockIn(folder, environments[backend]);
    const [target] = await readTargets(folder);
    expect(result).toMatchObject({
      backend,
      targets: [target?.name],
      files: ['pylock.toml', 'pylock.build.toml', 'pylock.tools.toml'],
      sdists: ['docopt 0.6.2'],
      warnings: [],
    });
    const names = result.packages.map(({ name }) => name).filter((name) => name !== 'colorama');
    expect(names).toEqual(['docopt', 'markupsafe', 'six']);
    expect(result.changes.find(({ name }) => name === 'six')).toEqual({
      ...{ lock: 'pylock.toml', name: 'six', before: null, after: '1.17.0' },
      sizes: { before: null, after: 11050 },
    });
    expect(target?.nodes).toEqual(['here']);
    const written = parse(await readFile(join(folder, 'pylock.build.toml'), 'utf8'));
    expect(written).toMatchObject({ 'lock-version': '1.0', tool: { conc: { backend } } });
    expect(JSON.stringify(written)).toMatch(/setuptools.*wheel/);
    expect(await readFile(join(folder, 'pylock.tools.toml'), 'utf8')).toContain('supervisor-4.3.0');
  });

  test('uv reads the lock', async () => {
    const args = [
      'pip',
      'install',
      '--dry-run',
      '--target',
      join(work, 'nowhere'),
      '--python',
      'python3',
      '-r',
      'pylock.toml',
    ];
    const { stderr } = await run(uv, args, { cwd: folder });
    expect(stderr).toContain('+ six==1.17.0');
    expect(stderr).toContain('+ docopt==0.6.2');
  });

  test('build refuses what is not committed, unless told', async () => {
    await git(folder, 'init', '--quiet');
    await git(folder, 'add', 'conc.ini');
    await git(folder, 'commit', '--quiet', '--message', 'a node');
    await expect(buildIn(folder, environments[backend])).rejects.toMatchObject({
      code: 'build.uncommitted',
      exit: 2,
      evidence: expect.arrayContaining(['?? pylock.toml', '?? shop/__init__.py']),
    });
    const { provenance } = await buildIn(folder, environments[backend], true);
    expect(provenance).toMatchObject({ commit: await git(folder, 'rev-parse', 'HEAD'), dirty: true });
    await commitAll(folder);
  });

  test('build makes a bundle that holds everything, checked', async () => {
    const built = await buildIn(folder, environments[backend]);
    const bundle = await openBundle(built.path);
    expect(bundle.id).toBe(built.id);
    expect(built.path).toBe(join(folder, '.conc', 'bundles', `shop-1.0-${built.id.slice(0, 8)}.bundle`));
    expect(bundle.provenance).toMatchObject({ commit: await git(folder, 'rev-parse', 'HEAD'), dirty: false });
    expect(bundle.manifest).toMatchObject({
      app: 'shop',
      version: '1.0',
      lock: sha256(await readFile(join(folder, 'pylock.toml'))),
    });
    expect(bundle.manifest.wheels.map(({ name, role, origin }) => [name, role, origin])).toEqual([
      ['docopt', 'vendor', 'sdist'],
      ['markupsafe', 'vendor', 'registry'],
      ['shop', 'application', 'project'],
      ['six', 'vendor', 'registry'],
    ]);
    for (const wheel of bundle.manifest.wheels) {
      const bytes = await buffer(Readable.from(await bundle.open(wheel)));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(wheel.sha256);
      const contents = await bundle.contents(wheel);
      expect(contents.length).toBe(wheel.count);
      expect(contents.reduce((sum, { size }) => sum + size, 0)).toBe(wheel.unpacked);
    }
    const application = bundle.manifest.wheels.find(({ role }) => role === 'application');
    const contents = application === undefined ? [] : await bundle.contents(application);
    expect(contents.filter(({ executable }) => executable).map(({ path }) => path)).toEqual(['shop/run.sh']);
    const facts = await localFacts('python3');
    expect(wheelsFor(bundle, facts)).toEqual(bundle.manifest.wheels);
    expect(toolsFor(bundle, facts, 'supervisord')).toMatchObject([{ name: 'supervisor', version: '4.3.0' }]);
    expect(toolsFor(bundle, facts, 'none')).toEqual([]);
    await bundle.close();
  });

  test('what is in the bundle installs without a network, and runs', async () => {
    const bundle = await newestBundle(folder, { app: 'shop', lock: noChoice, jobs: null });
    const wheels = join(work, `wheels-${backend}`);
    await mkdir(wheels);
    for (const wheel of bundle.manifest.wheels)
      await writeFile(join(wheels, wheel.file), await buffer(Readable.from(await bundle.open(wheel))));
    await bundle.close();
    const site = join(work, `site-${backend}`);
    await run('python3', [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-index',
      '--find-links',
      wheels,
      '--target',
      site,
      'shop',
    ]);
    const { stdout } = await run('python3', ['-c', 'import shop; shop.main()'], {
      env: { ...process.env, PYTHONPATH: site },
    });
    expect(stdout).toBe('shop 1.17.0\n');
  });

  test('a stale lock stops the build', async () => {
    const pyproject = join(folder, 'pyproject.toml');
    const before = await readFile(pyproject, 'utf8');
    await writeFile(pyproject, before.replace('"markupsafe"', '"markupsafe<3"'));
    await expect(buildIn(folder, environments[backend], true)).rejects.toMatchObject({ code: 'lock.stale', exit: 2 });
    await expect(newestBundle(folder, { app: 'shop', lock: noChoice, jobs: null })).rejects.toMatchObject({
      code: 'bundle.stale',
      exit: 2,
    });
    const { changes } = await lockIn(folder, environments[backend]);
    expect(changes).toMatchObject([{ name: 'markupsafe', after: expect.stringMatching(/^2\./) }]);
    await git(folder, 'checkout', '--quiet', '.');
    await writeFile(pyproject, before.replace('version = "1.0"', 'version = "1.1"'));
    expect((await buildIn(folder, environments[backend], true)).manifest.version).toBe('1.1');
    await git(folder, 'checkout', '--quiet', '.');
    await expect(newestBundle(folder, { app: 'other', lock: noChoice, jobs: null })).rejects.toMatchObject({
      code: 'bundle.none',
      exit: 2,
    });
  });
});

describe('the same tree gives the same bundle', () => {
  let first: string;
  let clone: string;

  test('in another folder, umask and time zone, on another patch of Python, without git, by the other program', async () => {
    const folder = join(work, 'shop-uv');
    first = (await buildIn(folder, environments.uv)).id;
    clone = join(work, 'elsewhere', 'deeper');
    await mkdir(join(work, 'elsewhere'));
    const before = process.umask(0o077);
    process.env.TZ = 'Pacific/Kiritimati';
    try {
      await git(work, 'clone', '--quiet', folder, clone);
      await rm(join(clone, '.git'), { recursive: true });
      // Left-overs of builds by hand, which setuptools would pick up again.
      await writeFiles(clone, { 'build/lib/shop/old.py': 'old = 1\n', 'shop.egg-info/SOURCES.txt': 'shop/old.py\n' });
      await writeFile(join(clone, 'conc.ini'), concIni.replace('= python3', `= ${await otherPatch()}`));
      const built = await buildIn(clone, { ...environments.pip, TZ: 'Pacific/Kiritimati' });
      expect(built.provenance).toMatchObject({ commit: null, dirty: false });
      expect(built.id).toBe(first);
    } finally {
      process.umask(before);
      delete process.env.TZ;
    }
  });

  test('with no network, once everything was fetched', async () => {
    await rm(join(clone, '.conc', 'cache', 'built'), { recursive: true });
    const dead = 'http://127.0.0.1:9';
    const env = { ...environments.uv, HTTPS_PROXY: dead, HTTP_PROXY: dead, ALL_PROXY: dead };
    const shopFloor = workshop(clone, env, () => Promise.reject(new Error('there is no network')));
    const built = await build({ ...shopFloor, dirty: false, conc: '0.0.0' });
    expect(built).toMatchObject({ id: first, same: true });
    expect(shopFloor.lines).toEqual([
      expect.stringContaining('building shop'),
      expect.stringContaining('building docopt 0.6.2'),
    ]);
  });

  test('and what was built is not built again', async () => {
    const shopFloor = workshop(clone, environments.uv);
    expect((await build({ ...shopFloor, dirty: false, conc: '0.0.0' })).id).toBe(first);
    expect(shopFloor.lines).toEqual([]);
  });
});

/** Another Python of the same minor version, where this machine has one. */
async function otherPatch(): Promise<string> {
  const [major, minor, patch] = (await localFacts('python3')).python.version;
  for (const python of await pythons()) {
    const { version, executable } = (await localFacts(python)).python;
    const pip = await run(executable, ['-m', 'pip', '--version']).catch(() => null);
    if (version[0] === major && version[1] === minor && version[2] !== patch && pip !== null) return executable;
  }
  return 'python3';
}

describe('kinds of projects', () => {
  test('requirements.txt alone can be locked, not built', async () => {
    const folder = await project('bare', {
      'conc.ini': concIni,
      'requirements.txt': '-r more.txt\n',
      'more.txt': 'six==1.17.0\n',
      'shop.py': '',
    });
    expect(await lockIn(folder, environments.uv)).toMatchObject({
      files: ['pylock.toml'],
      packages: [{ name: 'six', version: '1.17.0' }],
    });
    await expect(buildIn(folder, environments.uv)).rejects.toMatchObject({ code: 'build.no-project', exit: 2 });
  });

  test('requirements and version that only the backend knows, asked in a copy', async () => {
    const folder = await project('dynamic', {
      'conc.ini': concIni,
      'pyproject.toml': `[build-system]
requires = ["setuptools", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
dynamic = ["version", "dependencies"]
[tool.setuptools]
packages = ["shop"]
[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt"] }
[tool.setuptools_scm]
`,
      'requirements.txt': 'six==1.17.0\n',
      'shop/__init__.py': '',
    });
    await commitAll(folder);
    const { packages } = await lockIn(folder, environments.uv);
    expect(packages).toEqual([{ name: 'six', version: '1.17.0' }]);
    await commitAll(folder);
    await git(folder, 'tag', 'v2.5');
    // conc.ini is no part of a build: a change of it makes neither the tree nor the version dirty.
    await writeFile(join(folder, 'conc.ini'), `${concIni}keep = 3\n`);
    const status = await git(folder, 'status', '--porcelain');
    expect((await buildIn(folder, environments.uv)).manifest.version).toBe('2.5');
    expect(await git(folder, 'status', '--porcelain')).toBe(status);
    expect(await readdir(folder)).not.toContain('shop.egg-info');
  });

  test('compiled code is built for its own kind of target, and refused for others', async () => {
    const folder = await project('compiled', {
      'conc.ini': concIni,
      'pyproject.toml':
        '[project]\nname = "shop"\nversion = "1"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
      'setup.py': `from setuptools import Distribution, setup
class Compiled(Distribution):
    def has_ext_modules(self):
        return True
setup(packages=["shop"], package_data={"shop": ["*.so"]}, distclass=Compiled)
`,
      'shop/__init__.py': '',
    });
    const { stdout } = await run('python3', ['-c', 'import _ctypes; print(_ctypes.__file__)']);
    await cp(stdout.trim(), join(folder, 'shop', 'native.so'));
    await lockIn(folder, environments.uv);
    const { manifest } = await buildIn(folder, environments.uv, true);
    expect(manifest.wheels.map(({ file }) => file)).toEqual([
      expect.stringMatching(/^shop-1-cp3\d+-cp3\d+-linux_\w+\.whl$/),
    ]);

    const [own] = await readTargets(folder);
    const others = [
      { ...own, name: 'musl', libc: { kind: 'musl', version: [1, 2] } },
      { ...own, name: 'older', libc: { kind: 'glibc', version: [2, 5] } },
      { ...own, name: 'newer', python: [3, 29, 0] },
    ];
    await writeFile(join(folder, 'conc.targets.json'), JSON.stringify({ format: 1, targets: [own, ...others] }));
    await lockIn(folder, environments.uv);
    await expect(buildIn(folder, environments.uv, true)).rejects.toMatchObject({
      code: 'build.no-fit',
      evidence: [
        expect.stringMatching(/^musl: .*needs glibc, the target has musl/),
        expect.stringMatching(/^older: .*needs glibc 2\.\d+, the target has 2\.5/),
        expect.stringMatching(/^newer: .*is not for it; no interpreter of that kind is here/),
      ],
    });
  });

  test('pip locks for the interpreter that is here, and says so', async () => {
    const folder = await project('two', { ...shop });
    await lockIn(folder, environments.uv);
    const [own] = await readTargets(folder);
    const other = { ...own, name: 'cp399-other', nodes: ['web1'], python: [3, 99, 0] };
    await writeFile(join(folder, 'conc.targets.json'), JSON.stringify({ format: 1, targets: [own, other] }));
    const result = await lockIn(folder, environments.pip);
    expect(result.targets).toEqual([own?.name]);
    expect(result.warnings).toEqual([expect.stringContaining('nothing is locked for cp399-other')]);
    expect((await buildIn(folder, environments.pip, true)).manifest.targets.map(({ name }) => name)).toEqual([
      own?.name,
    ]);
  });

  test('what cannot be resolved is told in the resolver’s own words', async () => {
    const folder = await project('impossible', {
      'conc.ini': concIni,
      'requirements.txt': 'six==1.17.0\nsix==1.16.0\n',
    });
    for (const backend of ['uv', 'pip'] as const) {
      await expect(lockIn(folder, environments[backend])).rejects.toMatchObject({
        code: 'lock.unresolved',
        exit: 2,
        evidence: expect.arrayContaining([expect.stringContaining('six')]),
      });
    }
    expect(await readdir(folder)).not.toContain('pylock.toml');
  });
});
