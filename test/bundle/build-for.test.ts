import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { buildFor } from '../../src/bundle/build/build-for.ts';
import type { Builders } from '../../src/bundle/build/builders.ts';
import type { WheelBuilder, WheelSource } from '../../src/bundle/build/wheel-builder.ts';
import { readElf } from '../../src/bundle/elf/read-elf.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import { temporaryFolder } from '../../src/bundle/temporary-folder.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';
import { localFacts } from './support/project.ts';

// Who builds for whom, by what the compiled code asks of glibc: the linker binds to the versions that a builder names.

const run = promisify(execFile);
let work: Awaited<ReturnType<typeof temporaryFolder>>;
const here = targetOf(await localFacts('python3'), 'here');
let asked: string[];
beforeAll(async () => {
  work = await temporaryFolder();
});
beforeEach(() => {
  asked = [];
});
afterAll(() => work[Symbol.asyncDispose]());

const withGlibc = (minor: number): TargetSpec => ({
  ...here,
  name: `glibc2.${minor}`,
  libc: { kind: 'glibc', version: [2, minor] },
});

/** A builder whose code asks for `memcpy` as glibc 2.14 has it, or as all before had it (on x86_64). */
const builder = (glibc: number, symbol: 'GLIBC_2.14' | 'GLIBC_2.2.5'): WheelBuilder => ({
  shown: `builder 2.${glibc}`,
  spec: withGlibc(glibc),
  build: async ({ work: place, to }) => {
    asked.push(`2.${glibc}`);
    const code = `__asm__(".symver copy, memcpy@${symbol}");\nvoid *copy(void *, const void *, unsigned long);\nvoid *use(void *a, void *b) { return copy(a, b, 8); }\n`;
    await writeFile(join(place, 'native.c'), code);
    await run('gcc', ['-shared', '-fPIC', '-o', join(place, 'native.so'), join(place, 'native.c')]);
    await run('python3', ['-c', pack, join(place, 'native.so'), to, `cp${here.python[0]}${here.python[1]}`]);
  },
});

const pack = `
import base64, hashlib, sys, zipfile
so, to, python = sys.argv[1:]
tag = "%s-%s-linux_x86_64" % (python, python)
files = {
    "shop/native.so": open(so, "rb").read(),
    "shop-1.dist-info/METADATA": b"Metadata-Version: 2.1\\nName: shop\\nVersion: 1\\n",
    "shop-1.dist-info/WHEEL": ("Wheel-Version: 1.0\\nRoot-Is-Purelib: false\\nTag: %s\\n" % tag).encode(),
}
digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
rows = ["%s,sha256=%s,%d" % (path, digest(data), len(data)) for path, data in files.items()]
files["shop-1.dist-info/RECORD"] = "\\n".join(rows + ["shop-1.dist-info/RECORD,,", ""]).encode()
with zipfile.ZipFile("%s/shop-1-%s.whl" % (to, tag), "w") as wheel:
    for path, data in files.items():
        wheel.writestr(path, data)
`;

let built = 0;
async function buildWith(near: WheelBuilder[], far: WheelBuilder[], targets: TargetSpec[]): Promise<string[]> {
  built += 1;
  const source: WheelSource = { what: 'shop', digest: String(built), open: async (to) => to };
  const cache = { folder: work.path, env: process.env, transport: fetch, onFetch: () => {} };
  const requirements = 'lock-version = "1.0"\ncreated-by = "conc"\npackages = []\n';
  const builders: Builders = {
    near,
    far: { open: async () => far, problems: () => [], [Symbol.asyncDispose]: async () => {} },
    tools: { env: process.env, passed: {}, cache, requirements, progress: () => {} },
    onBuilt: () => {},
  };
  const wheels = await buildFor(source, targets, builders);
  return Promise.all(
    wheels.map(async ({ path, targets: served }) => {
      const { links } = await readWheel(path, basename(path));
      return `${links.glibc?.join('.')} for ${served.map(({ name }) => name).join(', ')}`;
    }),
  );
}

const [newer, older] = [builder(36, 'GLIBC_2.14'), builder(31, 'GLIBC_2.2.5')];
// glibc's first version on x86_64 is 2.2.5; on other machines both symbols are of one version.
describe.skipIf(process.arch !== 'x64')('who builds', () => {
  test('what this machine compiles serves whatever has the glibc that it asks for', async () => {
    expect(await buildWith([newer], [older], [withGlibc(36), withGlibc(17)])).toEqual([
      '2.14 for glibc2.17, glibc2.36',
    ]);
    expect(asked).toEqual(['2.36']);
  });

  test('where that is too new a builder with an older glibc takes over, for the newer targets too', async () => {
    const targets = [withGlibc(36), withGlibc(5)];
    expect(await buildWith([newer], [older], targets)).toEqual(['2.2 for glibc2.5, glibc2.36']);
    expect(asked).toEqual(['2.36', '2.31']);
  });

  test('and where nobody is old enough each target that is left is told, with what it would need', async () => {
    const refused = buildWith([newer], [builder(31, 'GLIBC_2.14')], [withGlibc(36), withGlibc(5), withGlibc(2)]);
    await expect(refused).rejects.toMatchObject({
      code: 'build.no-fit',
      evidence: [
        expect.stringMatching(/^glibc2\.5: .*needs glibc 2\.14, the target has 2\.5/),
        expect.stringMatching(/^glibc2\.2: .*needs glibc 2\.14, the target has 2\.2/),
      ],
    });
  });

  test('the versions are those that the linker wrote', async () => {
    const folder = join(work.path, 'by-hand');
    await run('mkdir', [folder]);
    await older.build({
      source: { what: '', digest: '', open: async (to) => to },
      requirements: [],
      work: folder,
      to: folder,
      umask: 0o22,
    });
    const elf = readElf(await readFile(join(folder, 'native.so')));
    expect(elf?.versions.map(({ name }) => name)).toContain('GLIBC_2.2.5');
  });
});
