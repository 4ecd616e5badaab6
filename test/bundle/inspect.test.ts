import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WheelAt } from '../../src/bundle/build/gather.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { conc, type Run } from '../support/conc.ts';
import { bundleOf, needingLibrary, packWheel } from './support/bundle.ts';
import { localFacts } from './support/project.ts';

// Bundles of wheels made here; nothing is fetched.

let folder: string;
let target: TargetSpec;
let first: string;
let second: string;
let id: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-inspect-'));
  target = targetOf(await localFacts('python3'), 'here');
  const shop = await application('1.0', { 'shop/__init__.py': 'x = 1\n', 'shop/old.py': '' });
  const vendor = at(await packWheel(folder, { name: 'six' }, { 'six.py': '' }), 'vendor');
  first = join(folder, 'first.bundle');
  id = await bundleOf(first, { targets: [target], wheels: [shop, vendor], tools: [vendor] });
  second = join(folder, 'second.bundle');
  const wheels = [await application('1.1', { 'shop/__init__.py': 'x = 2\n', 'shop/new.py': '' }), vendor];
  await bundleOf(second, { targets: [target], wheels, version: '1.1', lock: 'another lock', tools: [vendor] });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const at = (path: string, role: WheelAt['role']): WheelAt => ({
  ...{ path, role, targets: [target] },
  origin: role === 'vendor' ? 'registry' : 'project',
});
const application = async (version: string, files: Readonly<Record<string, string>>): Promise<WheelAt> =>
  at(await packWheel(join(folder, version), { name: 'shop', version }, files), 'application');
const bundle = (...words: string[]): Promise<Run> => conc(['bundle', ...words], { cwd: folder });

describe('conc bundle show', () => {
  test('tells what is in it, for whom, and where it comes from', async () => {
    const { stdout, code } = await bundle('show', 'first.bundle');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      `shop 1.0 · bundle ${id.slice(0, 8)}`,
      `  id       ${id}`,
      '  built    2026-01-01T00:00:00.000Z by me@here, conc 0.0.0, from no commit',
      `  targets  ${target.name}`,
      '  jobs     preflight, deliver, install, verify, switch, restart, health, confirm, prune',
      expect.stringMatching(/^ {2}2 wheels, \S+ kB$/),
      expect.stringMatching(/^ {4}shop-1\.0-py3-none-any\.whl {2}5 files, \S+ \S+, the application$/),
      expect.stringMatching(/^ {4}six-1\.0-py3-none-any\.whl {2}4 files, \S+ \S+$/),
      '  supervisor 4.3.0 as a tool',
      expect.stringContaining('six-1.0-py3-none-any.whl'),
      '',
    ]);
  });

  test('--json gives the documents themselves', async () => {
    const { stdout } = await bundle('show', first, '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      file: first,
      id,
      manifest: { app: 'shop' },
      provenance: { host: 'here' },
    });
  });
});

describe('conc bundle verify', () => {
  test('a whole bundle', async () => {
    expect(await bundle('verify', 'first.bundle')).toMatchObject({
      code: 0,
      stdout: `${first} is bundle ${id.slice(0, 8)}, and whole: 13 files in 3 wheels are what the manifest says\n`,
    });
  });

  test('one changed byte of a file in it is found, and told with the wheel’s place', async () => {
    const damaged = join(folder, 'damaged.bundle');
    const text = await readFile(first, 'latin1');
    expect(text).toContain('x = 1');
    await writeFile(damaged, text.replace('x = 1', 'x = 7'), 'latin1');
    const { code, stdout } = await bundle('verify', damaged, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      id,
      problems: [expect.stringMatching(/^wheels\/shop-1\.0-py3-none-any\.whl: .*sha256/)],
    });
  });

  test('another lock than the one that the manifest names', async () => {
    const damaged = join(folder, 'lock.bundle');
    const text = await readFile(second, 'latin1');
    await writeFile(damaged, text.replace('another lock', 'another luck'), 'latin1');
    expect(await bundle('verify', damaged)).toMatchObject({ code: 1, stdout: expect.stringContaining('pylock.toml') });
  });

  test('what is no bundle is damaged; what is not there is a mistake', async () => {
    await writeFile(join(folder, 'text.bundle'), 'no zip');
    expect(await bundle('verify', 'text.bundle')).toMatchObject({ code: 1, stdout: expect.stringContaining('zip') });
    expect(await bundle('verify', 'none.bundle')).toMatchObject({ code: 2, stdout: '' });
    expect(await bundle('show', 'text.bundle')).toMatchObject({ code: 2 });
  });
});

describe('conc bundle diff', () => {
  test('what another bundle brings, removes and changes', async () => {
    const { code, stdout } = await bundle('diff', 'first.bundle', 'second.bundle');
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^shop 1\.0 \([0-9a-f]{8}\) → shop 1\.1 \([0-9a-f]{8}\)$/);
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^ {2}~ shop 1\.0 → 1\.1 {2}/),
      ...['METADATA', 'RECORD', 'WHEEL'].map((name) => `      - shop-1.0.dist-info/${name}`),
      ...['METADATA', 'RECORD', 'WHEEL'].map((name) => `      + shop-1.1.dist-info/${name}`),
      '      ~ shop/__init__.py',
      '      + shop/new.py',
      '      - shop/old.py',
      '  ~ pylock.toml',
    ]);
  });

  test('a copy is the same', async () => {
    const { code, stdout } = await bundle('diff', first, 'first.bundle', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, same: true, wheels: [], tools: [], jobs: [] });
  });

  test('wants two files, and knows what it can do', async () => {
    expect(await bundle('diff', first)).toMatchObject({ code: 2, stderr: expect.stringContaining('diff OLD NEW') });
    expect(await bundle('shwo', first)).toMatchObject({ code: 2 });
  });
});

describe('a bundle that was copied to a folder with only a conc.ini', () => {
  const ini = '[DEFAULT]\napp = shop\n[node here]\ngateway = popen\nroot = ./root\npython = python3\n';

  test('is deployed from there', async () => {
    const elsewhere = await mkdtemp(join(folder, 'elsewhere-'));
    await writeFile(join(elsewhere, 'conc.ini'), ini);
    await writeFile(join(elsewhere, 'copied'), await readFile(first));
    const deployed = await conc(['deploy', 'here', '--bundle', 'copied'], { cwd: elsewhere });
    expect(deployed).toMatchObject({ code: 0, stderr: expect.stringMatching(/here serves r1-[0-9a-f]{8} \(1\.0\)/) });
    expect(await readFile(join(elsewhere, 'root', 'current', 'release.json'), 'utf8')).toContain(id);
    const placed = await readdir(join(elsewhere, 'root', 'current', 'venv'), { recursive: true });
    expect(placed.filter((path) => /^lib\/.*\/site-packages\/shop\/old\.py$/.test(path))).toHaveLength(1);
  });

  test('is BLOCKED where a library is missing that compiled code in it needs, before anything is sent', async () => {
    const elsewhere = await mkdtemp(join(folder, 'blocked-'));
    await writeFile(join(elsewhere, 'conc.ini'), ini);
    const tags = `py3-none-${target.platform.replaceAll('-', '_')}`;
    const native = await needingLibrary(join(elsewhere, 'gcc'), 'conc-nonesuch');
    const wheel = await packWheel(elsewhere, { name: 'shop', tags }, { 'shop/native.so': native });
    const file = join(elsewhere, 'shop.bundle');
    await bundleOf(file, { targets: [target], wheels: [at(wheel, 'application')] });
    expect((await bundle('show', file)).stdout).toContain('libconc-nonesuch.so.1');
    const { code, stderr } = await conc(['deploy', 'here', '--bundle', file], { cwd: elsewhere });
    expect(code).toBe(3);
    expect(stderr).toMatch(/preflight\s+BLOCKED/);
    expect(stderr).toContain(`no libconc-nonesuch.so.1 here, which is needed by shop-1.0-${tags}.whl`);
    expect(stderr).not.toMatch(/deliver\s+OK/);
  });
});
