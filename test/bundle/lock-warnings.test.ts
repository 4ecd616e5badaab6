import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../src/bundle/digest.ts';
import { knownIndexes } from '../../src/bundle/fetch/indexes.ts';
import { effective, pipSettings } from '../../src/bundle/fetch/pip-settings.ts';
import { secretParameters, withoutCredentials } from '../../src/bundle/fetch/scrub.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { makePackages } from './support/packages.ts';
import { concIni, installUv, localFacts, lockIn, writeFiles } from './support/project.ts';

// What a lock would leave out or get wrong in silence. Every index is a server of our own, whatever its path.

const run = promisify(execFile);
let work: string;
let python: string;
let env: NodeJS.ProcessEnv;
let server: ReturnType<typeof createServer>;
/** `127.0.0.1:40123` */
let host: string;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-warnings-'));
  const { path, uv } = await installUv(join(work, 'uv'));
  await run(uv, ['venv', '--quiet', '--seed', join(work, 'pip')]);
  python = join(work, 'pip/bin/python');
  const packages = join(work, 'packages');
  const [file = ''] = await makePackages(packages, [{ name: 'one', version: '1.0' }]);
  const wheel = await readFile(join(packages, file));
  server = createServer(({ url = '' }, response) => {
    if (url.startsWith('/signed/') && !url.includes('?X-Amz-Signature=hunter2')) response.writeHead(403).end();
    else if (url.includes('.whl')) response.end(wheel);
    else
      response
        .setHeader('content-type', 'text/html')
        .end(`<a href="/files/${file}#sha256=${sha256(wheel)}">${file}</a>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  const own = Object.entries(process.env).filter(([name]) => !/^(PIP_|UV_|XDG_|VIRTUAL_ENV)/.test(name));
  env = {
    ...{ ...Object.fromEntries(own), PATH: `${path}:${process.env.PATH}`, HOME: join(work, 'home') },
    ...{ UV_DEFAULT_INDEX: `http://${host}/default/`, UV_CACHE_DIR: join(work, 'uv-cache') },
    // pyenv's own python3 looks for its versions below HOME.
    PYENV_ROOT: process.env.PYENV_ROOT ?? join(process.env.HOME ?? '', '.pyenv'),
  };
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(work, { recursive: true, force: true });
});

async function project(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(work, name);
  await writeFiles(folder, { 'conc.ini': concIni, ...files });
  return folder;
}

const indexes = (url: string, more = ''): string => `[global]\nindex-url = ${url}\n${more}`;

describe('pip’s settings', () => {
  test('are read where pip reads them, the last one counts', async () => {
    const home = await project('places', {
      '.pip/pip.conf': indexes('https://legacy.example/'),
      '.config/pip/pip.conf': indexes('https://user.example/', '[install]\nindex_url = https://install.example/'),
      'xdg/pip/pip.conf': indexes('https://global.example/'),
      'venv/pip.conf': indexes(
        'https://venv.example/',
        'extra-index-url =\n    https://a.example/\n    https://b.example/',
      ),
      'named.conf': indexes('https://named.example/'),
    });
    const base = { HOME: home, XDG_CONFIG_DIRS: join(home, 'xdg'), PATH: process.env.PATH };
    const cases: NodeJS.ProcessEnv[] = [
      base,
      { ...base, VIRTUAL_ENV: join(home, 'venv') },
      { ...base, PIP_CONFIG_FILE: join(home, 'named.conf') },
      { ...base, PIP_CONFIG_FILE: join(home, 'named.conf'), PIP_INDEX_URL: 'https://variable.example/' },
      { ...base, PIP_CONFIG_FILE: '/dev/null' },
    ];
    const ours = await Promise.all(cases.map(async (each) => effective(await pipSettings(each))));
    expect(ours.map((each) => each.find(({ option }) => option === 'index-url')?.values[0])).toEqual([
      'https://install.example/',
      'https://venv.example/',
      'https://named.example/',
      'https://variable.example/',
      undefined,
    ]);
    expect(ours[1]?.[1]).toEqual({
      option: 'extra-index-url',
      values: ['https://a.example/', 'https://b.example/'],
      place: `${join(home, 'venv')}/pip.conf:3`,
    });
    // pip itself, which takes its own prefix for the venv's.
    for (const at of [0, 2, 3, 4]) {
      const theirs: string[] = [];
      for (const section of [':env:', 'install', 'global']) {
        const asked = ['-m', 'pip', 'config', 'get', `${section}.index-url`];
        // It ends with 1 where there is no such key.
        const told = await run(python, asked, { env: cases[at] ?? {} }).catch(() => ({ stdout: '' }));
        if (told.stdout !== '') theirs.push(told.stdout.trim());
      }
      const [own] = ours[at] ?? [];
      expect(theirs[0]).toBe(own?.values[0]);
    }
  });

  test('credentials in them are for conc’s own download', async () => {
    const home = await project('credentials', {
      '.config/pip/pip.conf': indexes('https://me:s%40cret@packages.example/simple'),
    });
    const found = await knownIndexes(home, { HOME: home, XDG_CONFIG_DIRS: '/nonexistent' });
    expect(found).toMatchObject([{ user: 'me', password: 's@cret' }]);
  });

  test('that uv doesn’t read are told, without credentials; not what uv is told too', async () => {
    const folder = await project('uv-reads', { 'requirements.txt': 'one\n' });
    const home = join(work, 'home');
    await mkdir(join(home, '.config/pip'), { recursive: true });
    const file = join(home, '.config/pip/pip.conf');
    await writeFile(file, indexes(`http://me:hunter2@${host}/own/simple`));
    const more = { ...env, PIP_EXTRA_INDEX_URL: `http://${host}/more/simple` };
    const { backend, warnings } = await lockIn(folder, more);
    expect(backend).toBe('uv');
    expect(warnings).toEqual([
      `${file}:2 sends pip to http://${host}/own/simple, and uv, which resolves here, doesn't read pip's settings: what you keep there is looked for elsewhere. Tell uv: UV_DEFAULT_INDEX, or [[tool.uv.index]] with default = true in pyproject.toml`,
      `PIP_EXTRA_INDEX_URL sends pip to http://${host}/more/simple, and uv, which resolves here, doesn't read pip's settings: what you keep there is looked for elsewhere. Tell uv: UV_INDEX, or [[tool.uv.index]] in pyproject.toml`,
    ]);
    const told = { UV_DEFAULT_INDEX: `http://${host}/own/simple/`, UV_INDEX: `more=http://${host}/more/simple` };
    expect((await lockIn(folder, { ...more, ...told })).warnings).toEqual([]);
    await rm(file);
  });
});

describe('secrets in requirements', () => {
  test('are told with file and line, and are not shown', async () => {
    const folder = await project('secrets', {
      'requirements.txt': `# http://old:gone@a.example/\none\n--extra-index-url http://me:hunter2@${host}/a/\n-r more.txt\n`,
      'more.txt': `--extra-index-url http://\${WHO}:\${WHAT}@${host}/b/\n--find-links http://${host}/l?token=hunter2\n--extra-index-url http://reader@${host}/c/\n`,
    });
    const { warnings } = await lockIn(folder, { ...env, WHO: 'me', WHAT: 'hunter2' });
    expect(warnings).toEqual([
      expect.stringMatching(/^requirements\.txt:3 has credentials in an address: anyone .*left out of the lock.*netrc/),
      expect.stringMatching(/^more\.txt:1 has credentials in an address\. They are left out of the lock/),
      expect.stringMatching(/^more\.txt:2 has a secret in an address \(\?token=…\)/),
    ]);
    expect(warnings.join('\n')).not.toMatch(/hunter2|gone/);
  });

  test('a secret in the query of an address is refused: the lock would hold it', async () => {
    const folder = await project('signed', {
      'requirements.txt': `one @ http://${host}/signed/one-1.0-py3-none-any.whl?X-Amz-Signature=hunter2\n`,
    });
    const refused = await lockIn(folder, env).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'lock.secret-address',
      exit: 2,
      evidence: [`one: ${host}, ?X-Amz-Signature=…`],
    });
    expect(JSON.stringify(refused)).not.toContain('hunter2');
    expect(await readdir(folder)).not.toContain('pylock.toml');
  });

  test('what counts as one, and what is an ordinary parameter', () => {
    const url = 'https://a.example/x.whl?file=1&Signature=ab%2Fc&private_token=x#sha256=0';
    expect(secretParameters(url)).toEqual(['Signature', 'private_token']);
    expect(withoutCredentials(url)).toBe('https://a.example/x.whl?file=1&Signature=***&private_token=***#sha256=0');
    expect(secretParameters('https://a.example/x?monkey=1&design=2&tokens=3')).toEqual([]);
  });
});

test('a target that requires-python excludes is told before anything is resolved, with all the others', async () => {
  const facts = await localFacts('python3');
  const folder = await project('excluded', {
    'pyproject.toml':
      '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.12,<3.14"\ndependencies = ["nonesuch"]\n',
  });
  const target = (name: string, node: string, version: TargetSpec['python']): object => ({
    ...{ name, nodes: [node], python: version, implementation: 'cpython', abiflags: '', freeThreaded: false },
    ...{ libc: facts.libc, machine: facts.machine, platform: facts.python.platform },
    markers: { ...facts.markers, python_full_version: version.join('.') },
  });
  const targets = [target('a', 'here', [3, 9, 2]), target('b', 'web1', [3, 13, 5]), target('c', 'web2', [3, 14, 0])];
  await writeFile(join(folder, 'conc.targets.json'), JSON.stringify({ format: 1, targets }));
  await expect(lockIn(folder, env)).rejects.toMatchObject({
    code: 'lock.requires-python',
    message: 'pyproject.toml asks for Python >=3.12,<3.14, and 2 targets have another',
    evidence: ['a has 3.9.2: here', 'c has 3.14.0: web2'],
    exit: 2,
  });
});
