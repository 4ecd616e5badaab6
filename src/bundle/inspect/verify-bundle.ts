import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { ConcError } from '../../errors/conc-error.ts';
import { memberOf } from '../../etc/layers.ts';
import type { EtcFile } from '../../etc/types.ts';
import { digestOf, sha256 } from '../digest.ts';
import { contentsPath, openBundle, toolPath, wheelPath } from '../open.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Bundle, WheelEntry } from '../types.ts';
import type { Archive } from '../wheel/archive.ts';
import { openArchive } from '../wheel/archive.ts';
import { readWheel } from '../wheel/read-wheel.ts';

export interface VerifiedBundle {
  readonly file: string;
  /** null: it can't even be opened. */
  readonly id: string | null;
  /** What was read and compared. */
  readonly wheels: number;
  readonly files: number;
  /** Empty: every byte is what the manifest says. */
  readonly problems: readonly string[];
}

/**
 * Reads a bundle whole, as a build and a node together would: every wheel's bytes against the manifest, every file in it
 * against its RECORD and its list, the lock, and whether anything is there that nothing names. All problems at once.
 */
export async function verifyBundle(file: string): Promise<VerifiedBundle> {
  const bundle = await problemOr(() => openBundle(file), file);
  if (typeof bundle === 'string') return { file, id: null, wheels: 0, files: 0, problems: [bundle] };
  try {
    await using archive = await openArchive(file, file);
    const placed = placesOf(bundle);
    const problems = [
      ...(await lockProblems(bundle, archive)),
      ...(await etcProblems(bundle)),
      ...strayEntries(bundle, archive),
    ];
    for (const [path, wheel] of placed) problems.push(...(await wheelProblems(bundle, archive, path, wheel)));
    const files = [...placed.values()].reduce((sum, { count }) => sum + count, 0);
    return { file, id: bundle.id, wheels: placed.size, files, problems };
  } finally {
    await bundle.close();
  }
}

/** What is wrong with the content is a finding; that there is no such file is a mistake of who asks. */
async function problemOr<T>(open: () => Promise<T>, file: string): Promise<T | string> {
  if ((await stat(file).catch(() => null)) === null) {
    throw new ConcError({ code: 'bundle.no-file', message: `There is no file ${file}`, exit: 2 });
  }
  try {
    return await open();
  } catch (error) {
    if (error instanceof ConcError) return error.message;
    throw error;
  }
}

const placesOf = ({ manifest, tools }: Bundle): ReadonlyMap<string, WheelEntry> =>
  new Map([
    ...manifest.wheels.map((wheel) => [wheelPath(wheel), wheel] as const),
    ...tools.flatMap(({ wheels }) => wheels.map((wheel) => [toolPath(wheel), wheel] as const)),
  ]);

async function wheelProblems(bundle: Bundle, archive: Archive, path: string, wheel: WheelEntry): Promise<string[]> {
  const bytes = await bytesOf(archive, path);
  if (sha256(bytes) !== wheel.sha256) return [`${path}: its sha256 is not the manifest's`];
  await using folder = await temporaryFolder();
  const copy = join(folder.path, wheel.file);
  await writeFile(copy, bytes);
  try {
    const read = await readWheel(copy, wheel.file);
    const listed = digestOf(await bundle.contents(wheel));
    const problems = [
      ...(read.name === wheel.name && read.version === wheel.version
        ? []
        : ['its name or version is not the manifest’s']),
      ...(digestOf(read.files) === listed ? [] : ['its files are not those of its list']),
      ...(read.links.glibc === null || wheel.needs?.glibc === read.links.glibc.join('.')
        ? []
        : ['it needs another glibc than the manifest says']),
      ...(wheel.needs?.libraries ?? []).flatMap((library) =>
        digestOf(read.links.versions.get(library) ?? []) === digestOf(wheel.needs?.versions?.[library] ?? [])
          ? []
          : [`it needs other versions of ${library} than the manifest says`],
      ),
    ];
    return problems.map((problem) => `${path}: ${problem}`);
  } catch (error) {
    if (error instanceof ConcError) return [error.message];
    throw error;
  }
}

async function lockProblems({ manifest }: Bundle, archive: Archive): Promise<string[]> {
  if (!archive.files.some(({ path }) => path === 'pylock.toml')) return ['pylock.toml is missing'];
  const text = await bytesOf(archive, 'pylock.toml');
  return sha256(text) === manifest.lock ? [] : ["pylock.toml: its sha256 is not the manifest's"];
}

/** The files of the etc tree, each against its digest. */
async function etcProblems(bundle: Bundle): Promise<string[]> {
  const problems: string[] = [];
  for (const file of etcFiles(bundle)) {
    try {
      await bundle.etcFile(file);
    } catch (error) {
      if (!(error instanceof ConcError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}

const etcFiles = ({ manifest }: Bundle): readonly EtcFile[] =>
  (manifest.etc?.files ?? []).filter(({ kind }) => kind === 'file');

const documents = [
  'manifest.json',
  'provenance.json',
  'tools.json',
  'pylock.toml',
  'pylock.build.toml',
  'pylock.tools.toml',
  'pylock.devops.toml',
  'devops.json',
  'tests.json',
];

function strayEntries(bundle: Bundle, archive: Archive): string[] {
  const placed = placesOf(bundle);
  const known = new Set([
    ...documents,
    ...etcFiles(bundle).map(memberOf),
    ...placed.keys(),
    ...[...placed.values()].map(contentsPath),
  ]);
  return archive.files.filter(({ path }) => !known.has(path)).map(({ path }) => `${path}: nothing names it`);
}

async function bytesOf(archive: Archive, path: string): Promise<Buffer> {
  const entry = archive.files.find((each) => each.path === path);
  return entry === undefined ? Buffer.alloc(0) : buffer(await entry.read());
}
