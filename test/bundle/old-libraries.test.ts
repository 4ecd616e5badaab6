import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../src/bundle/temporary-folder.ts';
import { conc, type Run } from '../support/conc.ts';
import { commitAll, writeFiles } from './support/project.ts';

// A C++ extension that is compiled here, and a node whose libstdc++ is older than the one that it was linked with.

const run = promisify(execFile);
let work: Awaited<ReturnType<typeof temporaryFolder>>;
const inProject = (...args: string[]): Promise<Run> => conc(args, { cwd: join(work.path, 'project') });

beforeAll(async () => {
  work = await temporaryFolder();
  const old = join(work.path, 'old');
  await mkdir(old);
  // As a distribution of some years ago has it: the same name, fewer versions.
  await writeFile(
    join(old, 'map'),
    'GLIBCXX_3.4 { one; };\nGLIBCXX_3.4.9 { two; } GLIBCXX_3.4;\nCXXABI_1.3 { three; };\n',
  );
  await writeFile(
    join(old, 'old.c'),
    'int one(void) { return 1; } int two(void) { return 2; } int three(void) { return 3; }\n',
  );
  const options = ['-shared', '-fPIC', '-Wl,--version-script=map', '-Wl,-soname=libstdc++.so.6'];
  await run('gcc', [...options, '-o', 'libstdc++.so.6', 'old.c'], { cwd: old });
  const python = join(work.path, 'python-of-old');
  await writeFile(python, `#!/bin/sh\nLD_LIBRARY_PATH=${old} exec python3 "$@"\n`);
  await chmod(python, 0o755);
  await writeFiles(join(work.path, 'project'), {
    'conc.ini': `[DEFAULT]\napp = shop\ngateway = popen\n\n[node here]\nroot = .conc/nodes/here\n\n[node old]\nroot = .conc/nodes/old\npython = ${python}\n`,
    'pyproject.toml':
      '[project]\nname = "shop"\nversion = "1"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    'setup.py':
      'from setuptools import Extension, setup\nsetup(packages=["shop"], ext_modules=[Extension("shop.native", ["native.cpp"])])\n',
    // new[] of a length that is checked: __cxa_throw_bad_array_new_length of CXXABI_1.3.8.
    'native.cpp': `#include <stdexcept>
extern "C" int *many(long n) {
  try { return new int[n]; } catch (const std::exception &) { return nullptr; }
}
`,
    'shop/__init__.py': '',
  });
  await commitAll(join(work.path, 'project'));
  for (const words of [['lock'], ['build', '--dirty']]) {
    const { code, stderr } = await inProject(...words);
    if (code !== 0) throw new Error(stderr);
  }
});
afterAll(() => work[Symbol.asyncDispose]());

test('the bundle says which versions it needs of libstdc++', async () => {
  const folder = join(work.path, 'project/.conc/bundles');
  const [file = ''] = await readdir(folder);
  const shown = JSON.parse((await inProject('bundle', 'show', join(folder, file), '--json')).stdout);
  expect(shown.manifest.wheels[0].needs).toMatchObject({
    libraries: expect.arrayContaining(['libstdc++.so.6']),
    versions: { 'libstdc++.so.6': expect.arrayContaining(['CXXABI_1.3.8']) },
  });
  expect((await inProject('bundle', 'show', join(folder, file))).stdout).toMatch(
    /needs .*libstdc\+\+\.so\.6 \(CXXABI_1\.3\.\d+/,
  );
  expect((await inProject('bundle', 'verify', join(folder, file))).code).toBe(0);
});

test('a node that has an older one is BLOCKED, in words, before anything is placed', async () => {
  const { code, stdout, stderr } = await inProject('deploy', 'old');
  expect(code).toBe(3);
  expect(stdout + stderr).toMatch(
    /shop-1-\S+\.whl needs CXXABI_1\.3\.\d+ of libstdc\+\+\.so\.6, and \S+\/old\/libstdc\+\+\.so\.6 knows CXXABI_1\.3 at most/,
  );
  expect(await readdir(join(work.path, 'project/.conc/nodes/old/releases')).catch(() => [])).toEqual([]);
  expect(await inProject('deploy', 'here')).toMatchObject({ code: 0 });
});
