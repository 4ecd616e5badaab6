import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build } from '../../src/bundle/build/build.ts';
import { sha256 } from '../../src/bundle/digest.ts';
import { lock } from '../../src/bundle/lock/lock.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { wheelsFor } from '../../src/bundle/select.ts';
import { recordTarget } from '../../src/bundle/targets.ts';
import { temporaryFolder } from '../../src/bundle/temporary-folder.ts';
import type { BuilderSettings } from '../../src/config/types.ts';
import { DEFAULT_LINK } from '../../src/gateway/target.ts';
import type { Facts } from '../../src/gateway/types.ts';
import { commitAll, concIni, installUv, localFacts, workshop, writeFiles } from '../bundle/support/project.ts';
import { command } from './command.ts';
import { arm64Python, whyNoForeign } from './foreign-machine.ts';

const run = promisify(execFile);

// An sdist with C code, a target of another processor, and a builder of that kind: what is built runs there.
describe.skipIf(whyNoForeign() !== undefined)('a builder of another processor', () => {
  let work: Awaited<ReturnType<typeof temporaryFolder>>;
  let index: ReturnType<typeof createServer> | undefined;
  let env: NodeJS.ProcessEnv;
  let folder: string;
  let facts: Facts;
  let arm: BuilderSettings;

  beforeAll(async () => {
    work = await temporaryFolder();
    const python = await arm64Python(work.path);
    arm = { name: 'arm', gateway: 'popen', python, ssh: undefined, link: DEFAULT_LINK };
    facts = await localFacts(python);
    const sdist = await makeSdist(work.path);
    index = createServer(({ url }, response) => {
      if (url?.startsWith('/files/') === true) response.end(sdist);
      else if (url?.startsWith('/ticker/') !== true) response.writeHead(404).end();
      else
        response
          .setHeader('content-type', 'text/html')
          .end(`<a href="/files/ticker-1.0.tar.gz#sha256=${sha256(sdist)}">ticker-1.0.tar.gz</a>`);
    });
    const server = index;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
    const { path } = await installUv(join(work.path, 'uv'));
    env = { ...process.env, PATH: `${path}:${process.env.PATH}`, UV_INDEX: url };
    folder = join(work.path, 'project');
    await writeFiles(folder, {
      'conc.ini': `${concIni}\n[node arm1]\nroot = /srv/shop\nsshd.ip = 127.0.0.1\n`,
      'pyproject.toml':
        '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["ticker"]\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npackages = ["shop"]\n',
      'shop/__init__.py': '',
    });
    await recordTarget(folder, facts, 'arm1');
    await commitAll(folder);
  });
  afterAll(async () => {
    await new Promise((resolve) => (index === undefined ? resolve(null) : index.close(resolve)));
    await work[Symbol.asyncDispose]();
  });

  test('without it the target that is left is told, at lock and at build', async () => {
    const { warnings, sdists } = await lock({ ...workshop(folder, env), upgrade: false });
    expect(sdists).toEqual(['ticker 1.0']);
    expect(warnings).toEqual([
      'ticker 1.0 has no wheel for cp311-glibc2.36-aarch64. If it has compiled code, conc build needs a [builder NAME] of that kind',
    ]);
    await expect(build({ ...workshop(folder, env), dirty: true, conc: '0.0.0' })).rejects.toMatchObject({
      code: 'build.no-fit',
      evidence: [expect.stringMatching(/^cp311-glibc2\.36-aarch64: ticker-1\.0-.*x86_64\.whl is not for it/)],
    });
  });

  test('with it each node gets a wheel of its own, and that of the other processor runs there', async () => {
    const place = workshop(folder, env);
    const { path } = await build({ ...place, builders: [arm], dirty: true, conc: '0.0.0' });
    expect(place.lines.filter((line) => line.startsWith('building'))).toEqual(['building ticker 1.0 with builder arm']);
    const bundle = await openBundle(path);
    const tickers = bundle.manifest.wheels.filter(({ name }) => name === 'ticker');
    expect(tickers.map(({ targets }) => targets.map((target) => target.replace(/.*-/, '')))).toEqual([
      ['aarch64'],
      ['x86_64'],
    ]);
    const mine = wheelsFor(bundle, facts).find(({ name }) => name === 'ticker');
    expect(mine).toMatchObject({ file: expect.stringMatching(/-linux_aarch64\.whl$/), origin: 'sdist' });
    const wheel = mine === undefined ? Buffer.alloc(0) : await buffer(await bundle.open(mine));
    await bundle.close();
    const program =
      'import base64, io, os, sys, zipfile; zipfile.ZipFile(io.BytesIO(base64.b64decode(sys.stdin.read()))).extractall("/tmp/w"); sys.path.insert(0, "/tmp/w"); import ticker; print(os.uname().machine, ticker.tick())';
    const { stdout } = await command([arm.python, '-c', program], { input: wheel.toString('base64') });
    expect(stdout).toBe('aarch64 42\n');
  });
});

async function makeSdist(below: string): Promise<Buffer> {
  const folder = join(below, 'ticker-1.0');
  await mkdir(folder);
  await writeFiles(folder, {
    'PKG-INFO': 'Metadata-Version: 2.2\nName: ticker\nVersion: 1.0\n',
    'pyproject.toml':
      '[project]\nname = "ticker"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
    'setup.py': 'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("ticker", ["ticker.c"])])\n',
  });
  await writeFile(
    join(folder, 'ticker.c'),
    `#include <Python.h>
static PyObject *tick(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"tick", tick, METH_NOARGS, ""}, {0}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "ticker", "", -1, methods};
PyMODINIT_FUNC PyInit_ticker(void) { return PyModule_Create(&module); }
`,
  );
  const archive = join(below, 'ticker-1.0.tar.gz');
  await run('tar', ['czf', archive, '-C', below, 'ticker-1.0']);
  return readFile(archive);
}
