import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBundle } from '../../src/bundle/open.ts';
import type { Devpi } from './support/devpi.ts';
import { startDevpi } from './support/devpi.ts';
import { makePackages, minibuild } from './support/packages.ts';
import { commitAll, concIni, installUv, writeFiles } from './support/project.ts';

// A devpi-server as the private index, and nothing else: whatever is resolved, fetched and built comes from there.

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Needs escapes in an address, as good passwords do. */
const password = 'S3cret/p@ss:w0rd';
const escaped = encodeURIComponent(password);

let work: string;
let devpi: Devpi;
/** Folders of PATH. */
let bin: { uv: string; keyring: string };

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-private-'));
  const { uv, path } = await installUv(join(work, 'uv'));
  bin = { uv: path, keyring: await installKeyring(uv) };
  devpi = await startDevpi(join(work, 'devpi'), uv, password);
  const packages = join(work, 'packages');
  const made = await makePackages(packages, [
    ...[minibuild('1.0'), minibuild('2.0')],
    { name: 'alpha', version: '1.0' },
    { name: 'beta', version: '1.0', requires: ['alpha'] },
    { name: 'narrow', version: '1.0', requires: ['alpha<1.1'] },
    { name: 'wide', version: '1.0', requires: ['alpha>=1.1'] },
    { name: 'older', version: '1.0', buildRequires: ['minibuild==1.0'] },
    { name: 'newer', version: '1.0', buildRequires: ['minibuild==2.0'] },
  ]);
  await devpi.upload(packages, made);
});
afterAll(async () => {
  await devpi.stop();
  await rm(work, { recursive: true, force: true });
});

/** The real `keyring`, with a backend that keeps its one secret in a file. */
async function installKeyring(uv: string): Promise<string> {
  const folder = join(work, 'keyring');
  await run(uv, ['venv', '--quiet', '--python', 'python3', folder]);
  await run(uv, ['pip', 'install', '--quiet', '--python', join(folder, 'bin', 'python'), 'keyring']);
  const { stdout } = await run(join(folder, 'bin', 'python'), ['-c', 'import site; print(site.getsitepackages()[0])']);
  const kept = JSON.stringify(join(work, 'kept'));
  const backend = `from keyring.backend import KeyringBackend
class Plain(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        kept = open(${kept}).read().split("\\n")
        return kept[2] if [service, username] == kept[:2] else None
    def set_password(self, service, username, password):
        open(${kept}, "w").write("\\n".join([service, username, password]))
`;
  await writeFile(join(stdout.trim(), 'conc_plain.py'), backend);
  // On its own: the venv's python3 is not what conc is to find.
  await mkdir(join(work, 'keyring-only'));
  await symlink(join(folder, 'bin', 'keyring'), join(work, 'keyring-only', 'keyring'));
  return join(work, 'keyring-only');
}

const needs = (...lines: string[]): Record<string, string> => ({
  'conc.ini': concIni,
  'pyproject.toml': `[project]
name = "shop"
version = "1.0"
dependencies = ${JSON.stringify(lines)}

[build-system]
requires = ["minibuild"]
build-backend = "minibuild"
`,
  'shop/__init__.py': '',
});

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(work, 'projects', name);
  await writeFiles(folder, files);
  await commitAll(folder);
  return folder;
}

/** A home and an environment of one's own, that name the index so far as `more` does. */
async function environment(name: string, backend: 'uv' | 'pip', more: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const home = join(work, 'homes', name);
  await mkdir(home, { recursive: true });
  const own = Object.entries(process.env).filter(([key]) => !/^(PIP_|UV_|NETRC|XDG_)/.test(key));
  const path = [...(backend === 'uv' ? [bin.uv] : []), bin.keyring, process.env.PATH].join(':');
  const quiet = {
    PIP_CONFIG_FILE: '/dev/null',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    PYENV_VERSION: process.env.PYENV_VERSION,
  };
  return { ...Object.fromEntries(own), ...quiet, HOME: home, PATH: path, ...more };
}

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function conc(folder: string, env: NodeJS.ProcessEnv, ...args: string[]): Promise<Said> {
  const ended = run(process.execPath, [main, ...args], { cwd: folder, env });
  return ended.then(
    ({ stdout, stderr }) => ({ exit: 0, out: stdout, err: stderr }),
    ({ code, stdout, stderr }) => ({ exit: code, out: stdout, err: stderr }),
  );
}

/** With credentials in the address: what most tests here don't care about. */
const open = (backend: 'uv' | 'pip'): Promise<NodeJS.ProcessEnv> =>
  environment(`open-${backend}`, backend, {
    [backend === 'uv' ? 'UV_DEFAULT_INDEX' : 'PIP_INDEX_URL']: devpi.index(`root:${escaped}@`),
  });

/** What docs/how-to/private-index.md tells a reader to use. */
function onPage(words: RegExp): RegExpExecArray {
  const found = words.exec(page);
  if (found === null) throw new Error(`private-index.md has no ${words}`);
  return found;
}
const page = readFileSync(new URL('../../docs/how-to/private-index.md', import.meta.url), 'utf8');

describe('credentials of a private index', () => {
  const ways: Record<string, () => Promise<NodeJS.ProcessEnv>> = {
    'netrc, with pip': async () => {
      const env = await environment('netrc', 'pip', { PIP_INDEX_URL: devpi.index() });
      await writeFile(join(env.HOME ?? '', '.netrc'), `machine 127.0.0.1 login root password "${password}"\n`, {
        mode: 0o600,
      });
      return env;
    },
    'keyring, with uv': async () => {
      const keyring = { UV_KEYRING_PROVIDER: 'subprocess', PYTHON_KEYRING_BACKEND: 'conc_plain.Plain' };
      const env = await environment('keyring', 'uv', { ...keyring, UV_DEFAULT_INDEX: devpi.index('root@') });
      // As the page says it, for the index that is here. The password is typed.
      const [, line = ''] = onPage(/`(keyring set https:\S+ reader)`/);
      const [program = '', ...args] = line
        .replace(/https:\S+/, devpi.index())
        .replace('reader', 'root')
        .split(' ');
      const typing = run(program, args, { env });
      typing.child.stdin?.end(`${password}\n`);
      await typing;
      return env;
    },
    'environment, with uv': async () => {
      const [, user = '', secret = ''] = onPage(/`(UV_INDEX_OURS_USERNAME)` and `(UV_INDEX_OURS_PASSWORD)`/);
      const named = { [user]: 'root', [secret]: password };
      return environment('environment', 'uv', { ...named, UV_DEFAULT_INDEX: `ours=${devpi.index()}` });
    },
    'an address, with pip': () => open('pip'),
    'pip.conf, with pip': async () => {
      const env = await environment('pip-conf', 'pip', { PIP_CONFIG_FILE: undefined });
      const settings = `[global]\nindex-url = ${devpi.index(`root:${escaped}@`)}\n`;
      await writeFiles(env.HOME ?? '', { '.config/pip/pip.conf': settings });
      return env;
    },
  };

  test.each(Object.entries(ways))('%s: lock and build; the password is nowhere', async (way, make) => {
    const env = await make();
    const folder = await project(way.replaceAll(/\W+/g, '-'), needs('beta', 'older'));
    const said = [await conc(folder, env, 'lock', '--verbose')];
    said.push(await conc(folder, env, 'build', '--dirty', '--verbose'));
    for (const { exit, err } of said) expect(exit, `conc: ${err}`).toBe(0);
    expect(await readFile(join(folder, 'pylock.toml'), 'utf8')).toMatch(
      /"http:\/\/127\.0\.0\.1:\d+\/root\/dev\/(\+|%2B)f\//,
    );
    expect((await readdir(join(folder, '.conc', 'bundles'))).length).toBe(1);
    const written = await contentsOf(folder);
    expect(written.size).toBeGreaterThan(10);
    const secrets = [password, escaped, Buffer.from(`root:${password}`).toString('base64'), 'root:', 'root@'];
    for (const secret of secrets) {
      for (const [path, text] of written) expect(text.includes(secret), `${secret} in ${path}`).toBe(false);
      for (const { out, err } of said) expect(out + err).not.toContain(secret);
    }
  });

  test.each(['uv', 'pip'] as const)('wrong ones, with %s: refused, and not told', async (backend) => {
    const name = backend === 'uv' ? 'UV_DEFAULT_INDEX' : 'PIP_INDEX_URL';
    const env = await environment(`wrong-${backend}`, backend, { [name]: devpi.index('root:wr0ng-one@') });
    const folder = await project(`wrong-${backend}`, needs('beta'));
    const { exit, out, err } = await conc(folder, env, 'lock', '--verbose');
    expect(exit).toBe(2);
    expect(out + err).not.toContain('wr0ng-one');
    expect(err).toMatch(/can't resolve pyproject\.toml/);
  });
});

/** Every file below a folder but git's, as text. */
async function contentsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (path) => [path, await readFile(path, 'latin1')] as const)));
}

test('two sdists whose build requirements contradict each other are each built with their own', async () => {
  const folder = await project('two', needs('older', 'newer'));
  const env = await open('uv');
  const locked = await conc(folder, env, 'lock', '--json');
  expect(JSON.parse(locked.out)).toMatchObject({
    files: ['pylock.toml', 'pylock.build.toml', 'pylock.build-older.toml'],
    sdists: ['newer 1.0', 'older 1.0'],
  });
  expect(await readFile(join(folder, 'pylock.build.toml'), 'utf8')).toMatch(
    /version = "2\.0"[\s\S]*separate = \["older"\]/,
  );
  expect(await readFile(join(folder, 'pylock.build-older.toml'), 'utf8')).toContain('version = "1.0"');
  const built = JSON.parse((await conc(folder, env, 'build', '--dirty', '--json')).out);
  const bundle = await openBundle(built.path);
  expect(bundle.manifest.wheels.map(({ name, origin }) => [name, origin])).toEqual([
    ['newer', 'sdist'],
    ['older', 'sdist'],
    ['shop', 'project'],
  ]);
  await bundle.close();
  await rm(join(folder, 'pylock.build-older.toml'));
  expect(await conc(folder, env, 'build', '--dirty')).toMatchObject({
    exit: 2,
    err: expect.stringContaining('pylock.build-older.toml is missing'),
  });
});

test.each(['uv', 'pip'] as const)('with %s a conflict names both parents', async (backend) => {
  const packages = join(work, 'packages');
  await devpi.upload(
    packages,
    await makePackages(packages, [{ name: 'delta', version: '1.1', requires: ['epsilon<2'] }]),
  );
  const more = [
    { name: 'epsilon', version: '1.0' },
    { name: 'epsilon', version: '2.0' },
    { name: 'zeta', version: '1.0', requires: ['epsilon>=2'] },
  ];
  await devpi.upload(packages, await makePackages(packages, more));
  const folder = await project(`conflict-${backend}`, needs('delta', 'zeta'));
  const { exit, out } = await conc(folder, await open(backend), 'lock', '--json');
  expect(exit).toBe(2);
  expect(JSON.parse(out).error).toMatchObject({
    code: 'lock.unresolved',
    message: expect.stringMatching(/^No version of epsilon suits everybody: .*delta.* needs epsilon<2/),
    state: 'the lock is as it was',
    evidence: expect.arrayContaining([expect.stringContaining('epsilon')]),
  });
  expect(JSON.parse(out).error.message).toMatch(/zeta\S* (1\.0 )?needs epsilon>=2/);
});

test('an upgrade takes what is named, and says what changed; what vanished is told, and vendoring helps', async () => {
  const packages = join(work, 'packages');
  const env = await open('uv');
  const upload = async (name: string, version: string): Promise<void> => {
    const files = { [`${name}.py`]: `text = ${JSON.stringify('x'.repeat(Number(version) * 1000))}\n` };
    await devpi.upload(packages, await makePackages(packages, [{ name, version, files }]));
  };
  await upload('theta', '1.0');
  await upload('iota', '1.0');
  const folder = await project('upgrade', needs('theta', 'iota'));
  expect((await conc(folder, env, 'lock')).exit).toBe(0);
  await upload('theta', '2.0');
  await upload('iota', '2.0');
  expect((await conc(folder, env, 'lock', '--quiet')).out).toMatch(/^2 packages locked by uv for \S+: as before\n$/);
  const { out } = await conc(folder, env, 'lock', '--upgrade', 'theta');
  expect(out.split('\n')).toEqual([
    expect.stringContaining('2 packages locked by uv'),
    expect.stringMatching(/^ {2}~ theta 1\.0 → 2\.0 {2}1\.\d kB → 2\.\d kB$/),
    '  1 changed, +1.0 kB',
    'Written: pylock.toml, pylock.build.toml. Commit them, then: conc build',
    '',
  ]);
  const typo = await conc(folder, env, 'lock', '--upgrade', 'theda');
  expect(typo.err).toMatch(/theda is not locked[\s\S]*Did you mean theta\?/);

  expect((await conc(folder, env, 'build', '--dirty')).exit).toBe(0);
  await devpi.remove('iota', '1.0');
  const again = await conc(folder, env, 'lock', '--refetch', '--json');
  expect(again.exit).toBe(1);
  expect(JSON.parse(again.out)).toMatchObject({
    files: 3,
    findings: [{ state: 'vanished', lock: 'pylock.toml', package: 'iota 1.0', kept: true, words: '410 Gone' }],
  });
});

test('vendored files are built with when there is no index any more', async () => {
  const env = await open('uv');
  const folder = await project('vendored', needs('beta', 'older'));
  const { out } = await conc(folder, env, 'lock', '--vendor');
  expect(out).toMatch(/ {2}vendor\/ holds 4 files, \d\.\d kB\n/);
  expect((await readdir(join(folder, 'vendor'))).toSorted()).toEqual([
    'alpha-1.0-py3-none-any.whl',
    'beta-1.0-py3-none-any.whl',
    'minibuild-1.0-py3-none-any.whl',
    'older-1.0.tar.gz',
  ]);
  await commitAll(folder);
  await rm(join(folder, '.conc'), { recursive: true });
  const dead = { ...env, UV_DEFAULT_INDEX: 'http://127.0.0.1:9/', HTTP_PROXY: 'http://127.0.0.1:9' };
  const built = JSON.parse((await conc(folder, dead, 'build', '--json')).out);
  expect(built).toMatchObject({ app: 'shop', wheels: [{}, {}, {}, { name: 'shop' }] });
  const bundle = await openBundle(built.path);
  const shop = bundle.manifest.wheels.find(({ name }) => name === 'shop');
  expect(shop && (await bundle.contents(shop)).map(({ path }) => path)).not.toContainEqual(
    expect.stringMatching(/vendor/),
  );
  await bundle.close();
  // Later locks keep to it, until they are told otherwise.
  await writeFiles(folder, needs('beta'));
  expect((await conc(folder, env, 'lock')).exit).toBe(0);
  expect(await readdir(join(folder, 'vendor'))).not.toContain('older-1.0.tar.gz');
  await conc(folder, env, 'lock', '--no-vendor');
  expect(await readdir(join(folder, 'vendor'))).toEqual([]);
});
