import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toolsFor, wheelsFor } from '../../src/bundle/select.ts';
import { readTargets, recordTarget, targetOf } from '../../src/bundle/targets.ts';
import type { Bundle, WheelEntry } from '../../src/bundle/types.ts';
import type { Facts } from '../../src/gateway/types.ts';
import { factsOf } from './support/python.ts';

let folder: string;
const here = await factsOf('python3');
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-targets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const like = (
  python: [number, number, number],
  glibc: [number, number],
  change: Partial<Facts['python']> = {},
): Facts => ({
  ...here,
  machine: 'x86_64',
  libc: { kind: 'glibc', version: glibc },
  python: {
    ...here.python,
    version: python,
    implementation: 'cpython',
    platform: 'linux-x86_64',
    abiflags: '',
    freeThreaded: false,
    pointerBits: 64,
    ...change,
  },
  markers: { ...here.markers, python_full_version: python.join('.') },
});

describe('the targets file', () => {
  test('nodes of one kind share a target, at the lowest patch version', async () => {
    await recordTarget(folder, like([3, 13, 5], [2, 41]), 'web3');
    await recordTarget(folder, like([3, 11, 7], [2, 36]), 'web1');
    await recordTarget(folder, like([3, 11, 2], [2, 36]), 'web0');
    const recorded = await recordTarget(folder, like([3, 11, 9], [2, 36]), 'web2');
    expect(recorded).toMatchObject({
      name: 'cp311-glibc2.36-x86_64',
      nodes: ['web0', 'web1', 'web2'],
      python: [3, 11, 2],
    });
    expect((await readTargets(folder)).map(({ name }) => name)).toEqual([
      'cp311-glibc2.36-x86_64',
      'cp313-glibc2.41-x86_64',
    ]);
    expect(recorded.markers.python_full_version).toBe('3.11.2');
    expect(Object.keys(recorded.markers)).not.toContain('platform_version');
    const text = await readFile(join(folder, 'conc.targets.json'), 'utf8');
    await recordTarget(folder, like([3, 11, 9], [2, 36]), 'web2');
    expect(await readFile(join(folder, 'conc.targets.json'), 'utf8')).toBe(text);
  });

  test('a node that changed leaves its former target', async () => {
    await recordTarget(folder, like([3, 11, 2], [2, 36]), 'web1');
    await recordTarget(folder, like([3, 13, 5], [2, 41]), 'web1');
    expect(await readTargets(folder)).toMatchObject([{ name: 'cp313-glibc2.41-x86_64', nodes: ['web1'] }]);
  });

  test('names tell interpreters apart', () => {
    expect(targetOf(like([3, 13, 0], [2, 41], { freeThreaded: true, abiflags: 't' }), 'n').name).toBe(
      'cp313t-glibc2.41-x86_64',
    );
    expect(targetOf(like([3, 11, 0], [2, 36], { pointerBits: 32 }), 'n')).toMatchObject({
      name: 'cp311-glibc2.36-i686',
      platform: 'linux-i686',
    });
    expect(targetOf({ ...like([3, 12, 0], [2, 36]), libc: { kind: 'unknown', version: null } }, 'n').name).toBe(
      'cp312-unknown-x86_64',
    );
  });

  test('there may be none; nonsense is told', async () => {
    expect(await readTargets(folder)).toEqual([]);
    for (const text of ['{', '{"format": 1, "targets": [{"name": "x"}]}', '{"format": 2, "targets": []}']) {
      await writeFile(join(folder, 'conc.targets.json'), text);
      await expect(readTargets(folder)).rejects.toMatchObject({ code: 'targets.invalid', exit: 2 });
    }
  });
});

describe('the wheels of a node', () => {
  const old = targetOf(like([3, 11, 2], [2, 31]), 'n');
  const newer = targetOf(like([3, 11, 2], [2, 36]), 'n');
  const wheel = (file: string, ...targets: string[]): WheelEntry => ({
    ...{
      file,
      name: 'x',
      version: '1',
      sha256: '',
      size: 0,
      unpacked: 0,
      count: 0,
      contents: '',
      role: 'vendor',
      origin: 'registry',
    },
    targets,
  });
  const wheels = [wheel('both', old.name, newer.name), wheel('old', old.name), wheel('new', newer.name)];
  const manifest: Bundle['manifest'] = {
    format: 1,
    app: 'shop',
    version: '1',
    targets: [old, newer],
    wheels,
    sequence: [],
    lock: '',
  };
  const files = (facts: Facts): string[] => wheelsFor({ manifest }, facts).map(({ file }) => file);

  test('those of the newest libc that the node has', () => {
    expect(files(like([3, 11, 9], [2, 36]))).toEqual(['both', 'new']);
    expect(files(like([3, 11, 0], [2, 41]))).toEqual(['both', 'new']);
    expect(files(like([3, 11, 9], [2, 35]))).toEqual(['both', 'old']);
  });

  test.each([
    ['an older libc', like.bind(null, [3, 11, 2], [2, 28]), /needs glibc 2\.31, the node has 2\.28/],
    ['another Python', like.bind(null, [3, 13, 5], [2, 41]), /needs cpython 3\.11, the node has cpython 3\.13/],
    [
      'another build of it',
      () => like([3, 11, 2], [2, 36], { freeThreaded: true }),
      /the node has cpython 3\.11 free-threaded/,
    ],
    [
      'another libc',
      () => ({ ...like([3, 11, 2], [2, 36]), libc: { kind: 'musl' as const, version: [1, 2] as const } }),
      /is for glibc, the node has musl/,
    ],
    [
      'another machine',
      () => ({ ...like([3, 11, 2], [2, 36]), machine: 'aarch64' }),
      /is for x86_64, the node is aarch64/,
    ],
  ])('%s: nothing fits, in words', (_name, facts, words) => {
    expect(() => wheelsFor({ manifest }, facts())).toThrow(
      expect.objectContaining({
        code: 'bundle.no-target',
        exit: 3,
        evidence: expect.arrayContaining([expect.stringMatching(words)]),
      }),
    );
  });

  test('a bundle without the tools that a node needs', () => {
    expect(toolsFor({ manifest, tools: [] }, like([3, 11, 2], [2, 36]), 'none')).toEqual([]);
    expect(() => toolsFor({ manifest, tools: [] }, like([3, 11, 2], [2, 36]), 'supervisord')).toThrow(
      expect.objectContaining({ code: 'bundle.no-tools' }),
    );
  });
});
