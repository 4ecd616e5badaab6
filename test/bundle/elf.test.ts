import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readElf } from '../../src/bundle/elf/read-elf.ts';
import { linksOf, needsOf } from '../../src/bundle/elf/wheel-needs.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';

// Real wheels of three machines and both libcs, unpacked; readelf says what is true.

const run = promisify(execFile);
const wheels = [
  ['lxml', 'manylinux_2_26_x86_64'],
  ['cryptography', 'manylinux_2_34_aarch64'],
  ['markupsafe', 'musllinux_1_2_x86_64'],
  ['markupsafe', 'manylinux_2_31_armv7l'],
  ['greenlet', 'manylinux_2_28_s390x'],
  ['shapely', 'manylinux_2_17_x86_64'],
] as const;
let work: string;
const files: string[] = [];

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-elf-'));
  await Promise.all(
    wheels.map(async ([requirement, platform], index) => {
      const to = join(work, String(index));
      const options = ['--no-deps', '--only-binary', ':all:', '--python-version', '3.11', '--platform', platform];
      await run('python3', ['-m', 'pip', 'download', '-q', '-d', to, ...options, requirement]);
      const [file = ''] = await readdir(to);
      files.push(join(to, file));
    }),
  );
});
afterAll(() => rm(work, { recursive: true, force: true }));

test('needed libraries, names and versions of every file are those that readelf tells', async () => {
  let compared = 0;
  for (const wheel of files) {
    for (const path of await unpacked(wheel)) {
      const elf = readElf(await readFile(path));
      const told = await readelf(path);
      expect(elf === null ? null : { needed: elf.needed, soname: elf.soname, versions: elf.versions }).toEqual(told);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(12);
});

test('what wheels need: glibc as their symbols say, and libraries that they do not bring', async () => {
  const needs: Record<string, unknown> = {};
  for (const wheel of files) {
    const { links } = await readWheel(wheel, basename(wheel));
    needs[basename(wheel).replace(/^(\w+)-.*?_(x86_64|armv7l|aarch64|s390x)\.whl$/, '$1 $2')] = needsOf(
      links,
      () => false,
    );
  }
  expect(needs).toMatchObject({
    'greenlet s390x': { libraries: expect.arrayContaining(['libstdc++.so.6']) },
    'markupsafe x86_64': undefined,
    'markupsafe armv7l': { glibc: expect.stringMatching(/^2\.\d+$/) },
    'cryptography aarch64': { glibc: expect.stringMatching(/^2\.(2\d|3[0-4])$/), libraries: ['libgcc_s.so.1'] },
  });
  const text = JSON.stringify(needs);
  // shapely brings libgeos for itself.
  expect(text).not.toContain('libgeos');
  expect(text).not.toMatch(/libc\.so|libm\.so|ld-linux|musl-x86/);
});

test('a library is brought by its name or its soname; another wheel may bring it too', () => {
  const elf = (needed: string[], soname: string | null = null, machine = 62) => ({
    machine,
    needed,
    soname,
    versions: [],
  });
  const elves = new Map([
    ['a/_a.so', elf(['libx.so.1', 'liby-0123.so', 'libz.so.1', 'libc.so.6'])],
    ['a.libs/libx.so.1.0', elf([], 'libx.so.1')],
    ['a.libs/liby-0123.so', elf([])],
    ['a/for_arm.so', elf(['libarm.so'], null, 183)],
  ]);
  const links = linksOf('a-1-cp311-cp311-manylinux_2_17_x86_64.whl', elves);
  expect(needsOf(links, () => false)).toEqual({ libraries: ['libz.so.1'] });
  expect(needsOf(links, (name) => name === 'libz.so.1')).toBeUndefined();
  expect(needsOf(linksOf('a-1-py3-none-any.whl', elves), () => false)).toBeUndefined();
});

test('weak versions do not count, and packed relocations are glibc 2.36', () => {
  const versions = (...names: [string, boolean][]) => ({
    ...{ machine: 62, needed: [], soname: null },
    versions: names.map(([name, weak]) => ({ library: 'libc.so.6', name, weak })),
  });
  const glibc = (...names: [string, boolean][]) =>
    linksOf('a-1-cp311-cp311-linux_x86_64.whl', new Map([['a.so', versions(...names)]])).glibc;
  expect(glibc(['GLIBC_2.9', false], ['GLIBC_2.10', false], ['GLIBC_2.34', true])).toEqual([2, 10]);
  expect(glibc(['GLIBC_2.2.5', false], ['GLIBC_ABI_DT_RELR', false])).toEqual([2, 36]);
  expect(glibc(['GLIBC_PRIVATE', false])).toBeNull();
});

test('a damaged file is none, and never more than that', async () => {
  const [path = ''] = await unpacked(files.find((file) => file.includes('markupsafe')) ?? '');
  const whole = await readFile(path);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.array(fc.tuple(fc.nat(4095), fc.nat(255))), (length, changes) => {
      const bytes = Buffer.from(whole.subarray(0, length));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      readElf(bytes);
    }),
    { numRuns: 500 },
  );
  expect(readElf(whole.subarray(0, 200))).toBeNull();
  expect(readElf(Buffer.from('\x7fELF'))).toBeNull();
});

/** The files of a wheel that begin as ELF files do. */
async function unpacked(wheel: string): Promise<string[]> {
  const to = `${wheel}.unpacked`;
  await mkdir(to, { recursive: true });
  await run('python3', ['-m', 'zipfile', '-e', wheel, to]);
  const found: string[] = [];
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).subarray(0, 4).toString('latin1') === '\x7fELF') found.push(path);
  }
  return found.toSorted();
}

async function readelf(path: string): Promise<object> {
  const options = { maxBuffer: 2 ** 26, env: { ...process.env, LC_ALL: 'C' } };
  const { stdout: dynamic } = await run('readelf', ['-W', '-d', path], options);
  const { stdout: symbols } = await run('readelf', ['-W', '-V', path], options);
  const section = /Version needs section '[^']*'.*?\n\n/s.exec(`${symbols}\n\n`)?.[0] ?? '';
  const versions: object[] = [];
  let library = '';
  for (const line of section.split('\n')) {
    library = /File: (\S+)/.exec(line)?.[1] ?? library;
    const [, name, flags] = /Name: (\S+)\s+Flags: (\S+)/.exec(line) ?? [];
    if (name !== undefined) versions.push({ library, name, weak: flags === 'WEAK' });
  }
  return {
    needed: [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, name]) => name),
    soname: /\(SONAME\).*\[(.*)\]/.exec(dynamic)?.[1] ?? null,
    versions,
  };
}
