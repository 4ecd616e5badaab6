import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import { memberOf } from '../etc/layers.ts';
import type { EtcFile } from '../etc/types.ts';
import { digestOf, sha256 } from './digest.ts';
import {
  contentsSchema,
  devopsSchema,
  manifestSchema,
  provenanceSchema,
  testFilesSchema,
  toolsSchema,
} from './schema.ts';
import type { Bundle, Manifest, TestFiles, ToolSet, WheelEntry } from './types.ts';
import type { ArchiveFile } from './wheel/archive.ts';
import { openArchive } from './wheel/archive.ts';

/**
 * Opens a bundle file, from wherever it comes: its manifest is checked whole, wheels and their lists when they are read.
 * ConcError `bundle.invalid`, `bundle.damaged`, `archive.*`. Close it after use.
 */
export async function openBundle(file: string): Promise<Bundle> {
  const archive = await openArchive(file, file);
  try {
    const entries = new Map(archive.files.map((each) => [each.path, each]));
    const manifest = await readJson(file, entries, 'manifest.json', manifestSchema);
    const provenance = await readJson(file, entries, 'provenance.json', provenanceSchema);
    const tools = await readJson(file, entries, 'tools.json', toolsSchema);
    const places = placesOf(file, entries, manifest, tools);
    return {
      path: file,
      id: digestOf(manifest),
      manifest,
      provenance,
      tools,
      contents: async (wheel) =>
        parse(file, contentsPath(wheel), await readContents(file, entries, wheel), contentsSchema),
      contentsText: (wheel) => readContents(file, entries, wheel),
      open: async (wheel) => verified(file, wheel, placed(file, places, wheel)),
      devopsCode: () => readDevops(file, entries, manifest),
      etcFile: (each) => readEtcFile(file, entries, each),
      testFiles: () => readTests(file, entries, manifest),
      close: async () => archive[Symbol.asyncDispose](),
    };
  } catch (error) {
    await archive[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where a wheel's bytes stand in a bundle. */
export const wheelPath = (wheel: WheelEntry): string => `wheels/${wheel.file}`;
/** A tool's wheel has a place of its own: its name may be that of an application's wheel with another content. */
export const toolPath = (wheel: WheelEntry): string => `tools/${wheel.file}`;
export const contentsPath = (wheel: WheelEntry): string => `contents/${wheel.sha256}.json`;

type Entries = ReadonlyMap<string, ArchiveFile>;

/** By digest, every wheel's entry; that each is there, once, for targets that the manifest names. */
function placesOf(file: string, entries: Entries, manifest: Manifest, tools: readonly ToolSet[]): Entries {
  const places = new Map<string, ArchiveFile>();
  const targets = new Set(manifest.targets.map(({ name }) => name));
  const files = new Set<string>();
  const all = [
    ...manifest.wheels.map((wheel) => [wheel, wheelPath(wheel)] as const),
    ...tools.flatMap(({ wheels }) => wheels.map((wheel) => [wheel, toolPath(wheel)] as const)),
  ];
  for (const [wheel, path] of all) {
    const entry = entries.get(path);
    if (files.has(path)) throw invalid(file, `names ${path} twice`);
    if (entry === undefined || !entries.has(contentsPath(wheel)))
      throw invalid(file, `lacks ${wheel.file} or its list`);
    if (entry.size !== wheel.size) throw damaged(file, wheel.file);
    if (wheel.targets.some((target) => !targets.has(target)))
      throw invalid(file, `names a target of ${wheel.file} that it lacks`);
    files.add(path);
    places.set(wheel.sha256, entry);
  }
  return places;
}

function placed(file: string, places: Entries, wheel: WheelEntry): ArchiveFile {
  const entry = places.get(wheel.sha256);
  if (entry === undefined) throw invalid(file, `has no ${wheel.file}`);
  return entry;
}

async function* verified(file: string, wheel: WheelEntry, entry: ArchiveFile): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of await entry.read()) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== wheel.sha256) throw damaged(file, wheel.file);
}

export const devopsPath = 'devops.json';

async function readDevops(
  file: string,
  entries: Entries,
  { application }: Manifest,
): Promise<Readonly<Record<string, string>>> {
  if (application === undefined) return {};
  const text = await readText(file, entries, devopsPath);
  if (sha256(text) !== application.code) throw damaged(file, devopsPath);
  return parse(file, devopsPath, text, devopsSchema);
}

export const testsPath = 'tests.json';

async function readTests(file: string, entries: Entries, { tests }: Manifest): Promise<TestFiles> {
  if (tests === undefined) return { wheel: {}, project: {} };
  const text = await readText(file, entries, testsPath);
  if (sha256(text) !== tests.files) throw damaged(file, testsPath);
  return parse(file, testsPath, text, testFilesSchema);
}

async function readEtcFile(file: string, entries: Entries, wanted: EtcFile): Promise<Buffer> {
  const path = memberOf(wanted);
  const entry = entries.get(path);
  if (entry === undefined || wanted.kind === 'link') throw invalid(file, `has no ${path}`);
  if (entry.size !== wanted.size) throw damaged(file, path);
  const bytes = await buffer(await entry.read());
  if (sha256(bytes) !== wanted.sha256) throw damaged(file, path);
  return bytes;
}

async function readContents(file: string, entries: Entries, wheel: WheelEntry): Promise<string> {
  const path = contentsPath(wheel);
  const text = await readText(file, entries, path);
  if (sha256(text) !== wheel.contents) throw damaged(file, path);
  return text;
}

const readJson = async <T>(file: string, entries: Entries, path: string, schema: z.ZodType<T>): Promise<T> =>
  parse(file, path, await readText(file, entries, path), schema);

/** The largest list of a wheel with 100,000 files is about 20 MB. */
const longest = 64 * 1024 * 1024;

async function readText(file: string, entries: Entries, path: string): Promise<string> {
  const entry = entries.get(path);
  if (entry === undefined) throw invalid(file, `has no ${path}`);
  if (entry.size > longest) throw invalid(file, `has a ${path} of ${entry.size} bytes`);
  return (await buffer(await entry.read())).toString('utf8');
}

function parse<T>(file: string, path: string, text: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(
    file,
    `has a ${path} that conc doesn't understand: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(file: string, problem: string): ConcError {
  return new ConcError({
    code: 'bundle.invalid',
    message: `${file} ${problem}`,
    hint: 'It may be of another version of conc, or no bundle at all. Build it again: conc build',
    exit: 2,
  });
}

function damaged(file: string, part: string): ConcError {
  return new ConcError({
    code: 'bundle.damaged',
    message: `${part} in ${file} is not what the manifest says: it was damaged or changed since it was built`,
    hint: 'Copy the bundle again, or build it again: conc build',
    exit: 2,
  });
}
