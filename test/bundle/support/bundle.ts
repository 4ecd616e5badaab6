import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ZipFile } from 'yazl';
import type { WheelAt } from '../../../src/bundle/build/gather.ts';
import { gather } from '../../../src/bundle/build/gather.ts';
import { writeBundle } from '../../../src/bundle/build/write-bundle.ts';
import { digestOf, sha256 } from '../../../src/bundle/digest.ts';
import type { TargetSpec } from '../../../src/bundle/types.ts';
import { formatRecord } from '../../../src/bundle/wheel/record.ts';
import { storedAs } from '../../../src/bundle/wheel/repack.ts';
import { defaultSequence } from '../../../src/sequence/default.ts';

const run = promisify(execFile);

export interface BundleOptions {
  readonly targets: readonly TargetSpec[];
  readonly wheels: readonly WheelAt[];
  readonly version?: string;
  readonly lock?: string;
  readonly tools?: readonly WheelAt[];
}

/** Writes a bundle of wheels that are there, as a build would; its id. */
export async function bundleOf(
  file: string,
  { targets, wheels, version = '1.0', lock = 'lock', tools = [] }: BundleOptions,
): Promise<string> {
  const [gathered, toolWheels] = [await gather(wheels, targets), await gather(tools, targets)];
  const manifest = {
    ...{ format: 1 as const, app: 'shop', version, sequence: defaultSequence, lock: sha256(lock) },
    targets: targets.map((target) => ({ ...target, nodes: [] })),
    wheels: gathered.map(({ entry }) => entry),
  };
  const provenance = {
    ...{ commit: null, dirty: false, builder: 'me', host: 'here', conc: '0.0.0', inputs: '0'.repeat(64) },
    built: '2026-01-01T00:00:00.000Z',
  };
  const sets = [{ name: 'supervisor' as const, version: '4.3.0', wheels: toolWheels.map(({ entry }) => entry) }];
  const locks = { 'pylock.toml': lock };
  const parts = {
    manifest,
    provenance,
    tools: tools.length === 0 ? [] : sets,
    locks,
    devops: null,
    tests: null,
    etc: new Map(),
    wheels: gathered,
    toolWheels,
  };
  await writeBundle(file, parts);
  return digestOf(manifest);
}

/** Packs files into a sound wheel `NAME-VERSION-TAGS.whl`; its path. */
export async function packWheel(
  folder: string,
  { name, version = '1.0', tags = 'py3-none-any' }: { name: string; version?: string; tags?: string },
  files: Readonly<Record<string, string | Buffer>>,
): Promise<string> {
  const info = `${name}-${version}.dist-info`;
  const all = {
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: ${tags}\n`,
  };
  const zip = new ZipFile();
  const entries = Object.entries(all).map(([path, content]) => ({ path, bytes: Buffer.from(content) }));
  for (const { path, bytes } of entries) zip.addBuffer(bytes, path, storedAs(false));
  const rows = entries.map(({ path, bytes }) => ({ path, sha256: sha256(bytes), size: bytes.length }));
  zip.addBuffer(Buffer.from(formatRecord(rows, `${info}/RECORD`)), `${info}/RECORD`, storedAs(false));
  zip.end();
  const path = join(folder, `${name}-${version}-${tags}.whl`);
  await mkdir(folder, { recursive: true });
  await pipeline(zip.outputStream, createWriteStream(path));
  return path;
}

/** A shared object that asks for another one, `libNAME.so.1`, which is then nowhere. */
export async function needingLibrary(folder: string, name: string): Promise<Buffer> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'a.c'), 'int a(void) { return 1; }\n');
  const gcc = (...args: string[]): Promise<unknown> => run('gcc', ['-shared', '-fPIC', ...args], { cwd: folder });
  await gcc('a.c', `-Wl,-soname,lib${name}.so.1`, '-o', `lib${name}.so`);
  await gcc('a.c', '-o', 'native.so', '-L.', '-Wl,--no-as-needed', `-l${name}`);
  return readFile(join(folder, 'native.so'));
}
