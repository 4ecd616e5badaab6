import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { canonicalText } from '../digest.ts';
import { contentsPath, devopsPath, testsPath, toolPath, wheelPath } from '../open.ts';
import type { Manifest, Provenance, ToolSet } from '../types.ts';
import { storedAs } from '../wheel/repack.ts';
import type { GatheredWheel } from './gather.ts';

export interface BundleParts {
  readonly manifest: Manifest;
  readonly provenance: Provenance;
  readonly tools: readonly ToolSet[];
  /** File name → text: `pylock.toml` and the others. */
  readonly locks: Readonly<Record<string, string>>;
  /** `devops.json`; null: the sequence is conc's own. */
  readonly devops: string | null;
  /** `tests.json`; null: there are no suites. */
  readonly tests: string | null;
  /** Files of the etc tree, by their names in the bundle. */
  readonly etc: ReadonlyMap<string, Buffer>;
  readonly wheels: readonly GatheredWheel[];
  readonly toolWheels: readonly GatheredWheel[];
}

/** Writes a bundle file: what is small and read first stands first. It appears under its name once it is whole. */
export async function writeBundle(
  path: string,
  { manifest, provenance, tools, locks, devops, tests, etc, wheels, toolWheels }: BundleParts,
): Promise<void> {
  const zip = new ZipFile();
  const add = (name: string, text: string): void => zip.addBuffer(Buffer.from(text), name, storedAs(false));
  add('manifest.json', canonicalText(manifest));
  add('provenance.json', canonicalText(provenance));
  add('tools.json', canonicalText(tools));
  for (const [name, text] of Object.entries(locks)) add(name, text);
  if (devops !== null) add(devopsPath, devops);
  if (tests !== null) add(testsPath, tests);
  for (const [name, bytes] of etc) zip.addBuffer(bytes, name, storedAs(false));
  const listed = new Map([...wheels, ...toolWheels].map((each) => [contentsPath(each.entry), each.contents]));
  for (const [name, contents] of listed) add(name, canonicalText(contents));
  for (const each of wheels) zip.addFile(each.path, wheelPath(each.entry), storedAs(false));
  for (const each of toolWheels) zip.addFile(each.path, toolPath(each.entry), storedAs(false));
  zip.end();
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}.part`;
  try {
    await pipeline(zip.outputStream, createWriteStream(part));
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
