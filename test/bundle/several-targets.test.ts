import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build } from '../../src/bundle/build/build.ts';
import { lock } from '../../src/bundle/lock/lock.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { wheelsFor } from '../../src/bundle/select.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { Facts } from '../../src/gateway/types.ts';
import { concIni, installUv, localFacts, workshop, writeFiles } from './support/project.ts';

// One bundle for machines of many kinds, which nobody here has: what they are was written down by hand.

type Kind = readonly [minor: number, kind: 'glibc' | 'musl', version: readonly [number, number], machine: string];
const kinds: readonly Kind[] = [
  [9, 'glibc', [2, 31], 'x86_64'],
  [10, 'glibc', [2, 35], 'aarch64'],
  [12, 'musl', [1, 2], 'x86_64'],
  [13, 'musl', [1, 2], 'aarch64'],
  [14, 'glibc', [2, 41], 'x86_64'],
];

let folder: string;
let env: NodeJS.ProcessEnv;
let nodes: readonly Facts[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-several-'));
  const { path } = await installUv(join(folder, '.conc', 'uv'));
  env = { ...process.env, PATH: `${path}:${process.env.PATH}` };
  const here = await localFacts('python3');
  nodes = kinds.map((kind) => factsLike(here, kind));
  const targets = nodes.map((facts, at) => targetOf(facts, `node${at}`));
  await writeFiles(folder, {
    'conc.ini': concIni,
    'conc.targets.json': JSON.stringify({ format: 1, targets }),
    'pyproject.toml': `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["markupsafe>=3", "docopt==0.6.2", "tomli; python_version < '3.11'"]
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[tool.setuptools]
packages = ["shop"]
`,
    'shop/__init__.py': '',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function factsLike(facts: Facts, [minor, kind, version, machine]: Kind): Facts {
  const full = `3.${minor}.2`;
  const markers = { platform_machine: machine, python_full_version: full, python_version: `3.${minor}` };
  return {
    ...facts,
    python: {
      ...facts.python,
      ...{ version: [3, minor, 2], full, cacheTag: `cpython-3${minor}`, platform: `linux-${machine}` },
    },
    markers: { ...facts.markers, ...markers, implementation_version: full },
    libc: { kind, version },
    machine,
  };
}

test('lock tells at once for which targets something may have to be built elsewhere', async () => {
  const { targets, warnings, sdists } = await lock({ ...workshop(folder, env), upgrade: false });
  expect(targets).toHaveLength(6);
  expect(sdists).toEqual(['docopt 0.6.2']);
  const [warning = '', ...more] = warnings;
  expect(more).toEqual([]);
  expect(warning).toMatch(/^docopt 0\.6\.2 has no wheel for cp310-glibc2\.35-aarch64, .*cp313-musl1\.2-aarch64/);
  expect(warning).toContain('[builder NAME]');
});

test('one bundle serves them all, and each node gets its own wheels only', async () => {
  const { path } = await build({ ...workshop(folder, env), dirty: false, conc: '0.0.0' });
  const bundle = await openBundle(path);
  await bundle.close();
  const got = nodes.map((facts) => wheelsFor(bundle, facts).map(({ file }) => file.replace(/-\d+(\.\d+)+-/, ' ')));
  const others = (minor: number, platform: RegExp): unknown[] => [
    'docopt py2.py3-none-any.whl',
    expect.stringMatching(new RegExp(`^markupsafe cp3${minor}-cp3${minor}-.*${platform.source}`)),
    'shop py3-none-any.whl',
  ];
  const tomli = expect.stringMatching(/^tomli py3-none-any/);
  expect(got).toEqual([
    [...others(9, /manylinux.*x86_64/), tomli],
    [...others(10, /manylinux.*aarch64/), tomli],
    others(12, /musllinux_1_2_x86_64/),
    others(13, /musllinux_1_2_aarch64/),
    others(14, /manylinux.*x86_64/),
  ]);
  const [arm] = bundle.manifest.wheels.filter(({ file }) => file.includes('manylinux') && file.includes('aarch64'));
  expect(arm?.targets).toEqual(['cp310-glibc2.35-aarch64']);
});
