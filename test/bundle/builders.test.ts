import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildRequest, BuildResult } from '../../src/bundle/build/build.ts';
import { build } from '../../src/bundle/build/build.ts';
import { builderFitness } from '../../src/bundle/build/builder-fitness.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { readTargets, targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { openArchive } from '../../src/bundle/wheel/archive.ts';
import type { BuilderSettings } from '../../src/config/types.ts';
import { DEFAULT_LINK } from '../../src/gateway/target.ts';
import type { Facts } from '../../src/gateway/types.ts';
import { conc } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { commitAll, concIni, git, installUv, localFacts, lockIn, workshop, writeFiles } from './support/project.ts';

// A project with compiled code, whose version comes from git, and whose build tells what it saw. Where "here" must be
// unlike the target, this machine's interpreter is taken for one of musl: then only a builder is of the target's kind.

const compiled = {
  'conc.ini': concIni,
  'pyproject.toml': `[build-system]
requires = ["setuptools", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"
[project]
name = "shop"
dynamic = ["version"]
[tool.setuptools_scm]
`,
  'setup.py': `import os, time
from setuptools import Extension, setup
seen = ["%s=%s" % (name, os.environ.get(name)) for name in ("CONC_TEST_SECRET", "CONC_TEST_PASSED", "TZ", "PYTHONHASHSEED")]
home = os.environ["HOME"]
seen.append("home=%s" % (os.listdir(home) if os.path.exists(home) else None))
if os.environ.get("CONC_TEST_UNSTABLE"):
    seen.append("at %s" % time.time())
with open("shop/seen.txt", "w") as file:
    file.write("\\n".join(seen))
setup(
    packages=["shop"],
    package_data={"shop": ["seen.txt"]},
    ext_modules=[Extension("shop._native", ["native.c"], extra_compile_args=["-g"])],
)
`,
  'native.c': 'const char *where(void) { return __FILE__; }\n',
  'shop/__init__.py': '',
  '.gitignore': '.conc/\n*.egg-info/\nbuild/\n',
};
const variables = { CONC_TEST_SECRET: 'hunter2', CONC_TEST_PASSED: 'yes', CONC_TEST_UNSTABLE: 'yes' };

let folder: string;
let facts: Facts;
let sshd: Sshd | undefined;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-builders-'));
  facts = await localFacts('python3');
  await writeFiles(folder, compiled);
  await commitAll(folder);
  Object.assign(process.env, variables);
  const uv = await installUv(join(folder, '.conc', 'uv'));
  env = { ...process.env, PATH: `${uv.path}:${process.env.PATH}` };
  await lockIn(folder, env);
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', 'locked');
  await git(folder, 'tag', 'v2.5');
  sshd = await startSshd();
});
afterAll(async () => {
  for (const name of Object.keys(variables)) delete process.env[name];
  await sshd?.stop();
  await rm(folder, { recursive: true, force: true });
});

const musl = async (): Promise<Facts> => ({ ...facts, libc: { kind: 'musl', version: [1, 2] } });
const builders = (): Record<'popen' | 'ssh', BuilderSettings> => ({
  popen: { name: 'other', gateway: 'popen', python: facts.python.executable, ssh: undefined, link: DEFAULT_LINK },
  ssh: { name: 'other', gateway: 'ssh', python: facts.python.executable, ssh: sshd?.ssh, link: DEFAULT_LINK },
});

/** Builds without what an earlier test built, and with what was said. */
async function make(more: Partial<BuildRequest> = {}): Promise<BuildResult & { lines: string[] }> {
  await rm(join(folder, '.conc', 'cache', 'built'), { recursive: true, force: true });
  const place = workshop(folder, env);
  return { ...(await build({ ...place, dirty: false, conc: '0.0.0', ...more })), lines: place.lines };
}

async function fileOf({ path }: BuildResult, wanted: RegExp): Promise<string> {
  const bundle = await openBundle(path);
  await bundle.close();
  await using archive = await openArchive(path, path);
  const wheel = archive.files.find((file) => file.path.startsWith('wheels/shop-'));
  if (wheel === undefined) throw new Error('no wheel');
  const text = (await buffer(await wheel.read())).toString('latin1');
  return wanted.exec(text)?.[0] ?? '';
}

const seen = /CONC_TEST_SECRET=.*?home=\[[^\]]*\]/s;
let here: BuildResult;

test('a build sees no secret of its surroundings, and an empty home', async () => {
  here = await make();
  expect(await fileOf(here, seen)).toBe(
    'CONC_TEST_SECRET=None\nCONC_TEST_PASSED=None\nTZ=UTC\nPYTHONHASHSEED=0\nhome=[]',
  );
  expect(here.manifest).toMatchObject({ version: '2.5', wheels: [{ file: expect.stringMatching(/-cp3.*-linux_/) }] });
});

describe.each(['popen', 'ssh'] as const)('a builder by %s', (gateway) => {
  test('builds what this machine can’t, offline, to the same bytes', async () => {
    const far = await make({ factsOf: musl, builders: [builders()[gateway]] });
    expect(far.lines).toEqual(['building shop with builder other']);
    expect(far.id).toBe(here.id);
  });
});

test('a build that fails on a builder says where, with its last words; nothing stays there', async () => {
  await writeFiles(folder, { 'native.c': 'not C at all\n' });
  await expect(make({ factsOf: musl, builders: [builders().popen], dirty: true })).rejects.toMatchObject({
    code: 'build.failed',
    message: expect.stringContaining('(on builder other)'),
    evidence: expect.arrayContaining([expect.stringMatching(/native\.c:1/)]),
  });
  await git(folder, 'checkout', '--quiet', 'native.c');
});

test('verify builds twice, and names the files that differ; what is named is passed on', async () => {
  expect((await make({ verify: true })).differences).toEqual([]);
  const passed = await make({ verify: true, pass: ['CONC_TEST_PASSED', 'CONC_TEST_UNSTABLE'] });
  expect(await fileOf(passed, seen)).toContain('CONC_TEST_SECRET=None\nCONC_TEST_PASSED=yes\n');
  const [{ file } = { file: '' }] = passed.manifest.wheels;
  expect(passed.differences).toEqual([{ file, again: file, files: [{ path: 'shop/seen.txt', change: 'content' }] }]);
  await expect(make({ pass: ['CONC_TEST_NONE'] })).rejects.toMatchObject({ code: 'build.no-variable', exit: 2 });
});

test('conc check tells whether builders can be reached, and build for the targets', async () => {
  const sections = `
[builder good]
gateway = popen
python = ${facts.python.executable}

[builder bare]
gateway = popen
python = ${join(folder, '.conc', 'bare')}

[builder lost]
sshd.ip = 127.0.0.1
sshd.port = 9
`;
  await writeFiles(folder, {
    'conc.ini': concIni + sections,
    '.conc/bare': `#!/bin/sh\nCC=nonesuch-cc exec ${facts.python.executable} "$@"\n`,
  });
  await chmod(join(folder, '.conc', 'bare'), 0o755);
  const { code, stdout } = await conc(['check', '--builders', '--json'], { cwd: folder });
  expect(code).toBe(1);
  const [own] = await readTargets(folder);
  expect(JSON.parse(stdout).builders).toEqual([
    {
      builder: 'good',
      error: null,
      findings: [
        expect.objectContaining({ level: 'fit', message: `it is ${own?.name}, and builds for ${own?.name}` }),
        expect.objectContaining({ level: 'fit', code: 'builder.compiler' }),
        expect.objectContaining({ level: 'fit', code: 'builder.headers' }),
      ],
    },
    {
      builder: 'bare',
      error: null,
      findings: expect.arrayContaining([expect.objectContaining({ level: 'unfit', code: 'builder.no-compiler' })]),
    },
    { builder: 'lost', findings: [], error: expect.objectContaining({ code: expect.stringMatching(/^gateway\./) }) },
  ]);
  const told = (await conc(['check', '--builders'], { cwd: folder })).stdout;
  expect(told).toMatch(/^builder good is fit to build\n {2}it is /m);
  expect(told).toMatch(
    /^builder bare is not fit to build\n {2}unfit: it has no compiler: nonesuch-cc is not on its PATH\. on Debian/m,
  );
  expect(told).toMatch(/^builder lost can't be looked at: /m);
  await git(folder, 'checkout', '--quiet', 'conc.ini');
});

test('what a builder of another kind, or with a newer libc, is told', async () => {
  const toolchain = { compiler: { name: 'gcc', path: '/usr/bin/gcc' }, headers: { path: '/include', found: false } };
  const spec = targetOf(facts, 'here');
  const like = (name: string, change: Partial<TargetSpec>): TargetSpec => ({ ...spec, name, ...change });
  const older = like('older', { libc: { kind: 'glibc', version: [2, 5] } });
  const musl = like('musl', { libc: { kind: 'musl', version: [1, 2] } });
  expect(builderFitness(spec, toolchain, [spec, older, musl]).map(({ level, code }) => `${level} ${code}`)).toEqual([
    'fit builder.kind',
    'warning builder.newer-libc',
    'fit builder.compiler',
    'unfit builder.no-headers',
  ]);
  expect(builderFitness(spec, toolchain, [musl])[0]).toMatchObject({
    ...{
      level: 'unfit',
      code: 'builder.no-target',
      message: expect.stringContaining('no target is of that kind: musl'),
    },
  });
});

test('a target that nobody builds for is named, and so is a builder that can’t be reached', async () => {
  const [own] = await readTargets(folder);
  const markers = { ...own?.markers, platform_machine: 'aarch64' };
  const foreign = { ...own, name: 'arm', nodes: ['web1'], machine: 'aarch64', platform: 'linux-aarch64', markers };
  await writeFile(join(folder, 'conc.targets.json'), JSON.stringify({ format: 1, targets: [own, foreign] }));
  await lockIn(folder, env);
  const { ssh } = builders();
  const lost = { ...ssh, ssh: ssh.ssh === undefined ? undefined : { ...ssh.ssh, port: 9 } };
  await expect(make({ dirty: true, builders: [lost] })).rejects.toMatchObject({
    code: 'build.no-fit',
    hint: expect.stringContaining('[builder NAME]'),
    evidence: [
      expect.stringMatching(/^arm: shop-.*linux_.*\.whl is not for it; no interpreter of that kind is here$/),
      expect.stringMatching(/^builder other can't be reached: /),
    ],
  });
});
