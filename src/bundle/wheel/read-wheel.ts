import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { ConcError } from '../../errors/conc-error.ts';
import { sha256 } from '../digest.ts';
import type { ElfFile } from '../elf/read-elf.ts';
import { readElf } from '../elf/read-elf.ts';
import type { WheelLinks } from '../elf/wheel-needs.ts';
import { linksOf } from '../elf/wheel-needs.ts';
import { normalizeName } from '../standards/names.ts';
import { compareVersions, parseVersion } from '../standards/version.ts';
import { parseWheelName } from '../standards/wheel-name.ts';
import type { WheelFile } from '../types.ts';
import type { Archive, ArchiveFile } from './archive.ts';
import { openArchive } from './archive.ts';
import type { RecordRow } from './record.ts';
import { parseRecord } from './record.ts';

/** What a wheel is, once every file of it was read and compared with its RECORD. */
export interface ReadWheel {
  /** Normalised. */
  readonly name: string;
  /** As METADATA writes it. */
  readonly version: string;
  readonly requiresPython: string | null;
  /** Sorted by path. RECORD and directories' files included. */
  readonly files: readonly WheelFile[];
  readonly tags: readonly string[];
  /** What its ELF files ask of the machine. */
  readonly links: WheelLinks;
  /** `__init__.py` files of old-style namespaces (pkgutil, pkg_resources): the only ones that several wheels may bring differently. */
  readonly namespaces: ReadonlySet<string>;
  /** `six-1.17.0.dist-info` */
  readonly distInfo: string;
}

/**
 * Reads a wheel whole, strictly: a safe archive, one dist-info that says what the file name says, RECORD and files
 * the same both ways. ConcError `wheel.refused` otherwise. `file` is its name; its content is at `path`.
 */
export async function readWheel(path: string, file: string): Promise<ReadWheel> {
  await using archive = await openArchive(path, file);
  const distInfo = distInfoOf(archive, file);
  const [metadata, wheel, record] = await Promise.all(
    ['METADATA', 'WHEEL', 'RECORD'].map((each) => readText(archive, file, `${distInfo}/${each}`)),
  );
  const headers = parseHeaders(metadata ?? '');
  const { name, version, tags } = identify(file, headers, parseHeaders(wheel ?? ''));
  const read = await readFiles(archive, file, record ?? '', distInfo);
  return { name, version, tags, requiresPython: headers.get('requires-python') ?? null, distInfo, ...read };
}

function distInfoOf({ files }: Archive, file: string): string {
  const found = new Set(files.flatMap(({ path }) => /^([^/]+\.dist-info)\//.exec(path)?.[1] ?? []));
  const [only, ...more] = found;
  if (only === undefined) throw refused(file, 'it has no .dist-info folder');
  if (more.length > 0) throw refused(file, `it has several .dist-info folders: ${[...found].join(', ')}`);
  const [name = '', version = ''] = file.split('-');
  const [inName = '', inVersion = ''] = only.slice(0, -'.dist-info'.length).split('-');
  if (normalizeName(name) !== normalizeName(inName) || !sameVersion(version, inVersion)) {
    throw refused(file, `its metadata is in ${only}, which is another name or version`);
  }
  return only;
}

function identify(
  file: string,
  metadata: ReadonlyMap<string, string>,
  wheel: ReadonlyMap<string, string>,
): { name: string; version: string; tags: readonly string[] } {
  const parsed = parseWheelName(file);
  if (parsed === null) throw refused(file, 'its file name is not one of a wheel');
  const [name, version, format] = [
    metadata.get('name') ?? '',
    metadata.get('version') ?? '',
    wheel.get('wheel-version') ?? '',
  ];
  if (normalizeName(name) !== parsed.name) throw refused(file, `inside, it calls itself ${name || 'nothing'}`);
  if (!sameVersion(version, parsed.version)) throw refused(file, `inside, it is version ${version || 'nothing'}`);
  if (!/^1\.\d+$/.test(format)) throw refused(file, `it is of wheel format ${format || 'nothing'}; conc knows 1.x`);
  return { name: parsed.name, version, tags: parsed.tags };
}

type Contents = Pick<ReadWheel, 'files' | 'links' | 'namespaces'>;

async function readFiles(archive: Archive, file: string, record: string, distInfo: string): Promise<Contents> {
  const rows = recordRows(archive, file, record);
  const files: WheelFile[] = [];
  const namespaces = new Set<string>();
  const elves = new Map<string, ElfFile>();
  for (const entry of archive.files) {
    const bytes = await readBytes(entry, file);
    const problem = recordProblem(entry.path, bytes, rows.get(entry.path), distInfo);
    if (problem !== null) throw refused(file, problem);
    if (isNamespace(entry.path, bytes)) namespaces.add(entry.path);
    const elf = readElf(bytes);
    if (elf !== null) elves.set(entry.path, elf);
    files.push({ path: entry.path, sha256: sha256(bytes), size: bytes.length, executable: entry.executable });
  }
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), namespaces, links: linksOf(file, elves) };
}

function recordRows(archive: Archive, file: string, record: string): ReadonlyMap<string, RecordRow> {
  const rows = parseRecord(record);
  if (rows === null) throw refused(file, 'its RECORD is malformed');
  const byPath = new Map(rows.map((row) => [row.path, row]));
  if (byPath.size !== rows.length) throw refused(file, 'its RECORD names a file twice');
  const present = new Set(archive.files.map(({ path }) => path));
  const missing = rows.find(({ path }) => !present.has(path));
  if (missing !== undefined) throw refused(file, `its RECORD names ${missing.path}, which is not in it`);
  return byPath;
}

/** RECORD itself and what signs it stand in no RECORD, or without a hash. */
const unrecorded = ['RECORD', 'RECORD.jws', 'RECORD.p7s'];
const strong = ['sha256', 'sha384', 'sha512'];

function recordProblem(path: string, bytes: Buffer, row: RecordRow | undefined, distInfo: string): string | null {
  if ((row === undefined || row.digest === '') && unrecorded.some((name) => path === `${distInfo}/${name}`))
    return null;
  if (row === undefined) return `${path} is not in its RECORD`;
  if (row.digest === '') return `its RECORD has no hash for ${path}`;
  if (!strong.includes(row.algorithm))
    return `its RECORD hashes ${path} with ${row.algorithm}, which is too weak to trust`;
  const digest = createHash(row.algorithm).update(bytes).digest('base64url');
  if (row.digest.replace(/=+$/, '') !== digest) return `${path} has another content than its RECORD says`;
  if (row.size === null || row.size === bytes.length) return null;
  return `${path} is ${bytes.length} bytes long; its RECORD says ${row.size}`;
}

async function readBytes(entry: ArchiveFile, file: string): Promise<Buffer> {
  const bytes = await entry
    .read()
    .then(buffer)
    .catch((cause: unknown) => {
      throw refused(file, `${entry.path} can't be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`);
    });
  if (crc32(bytes) !== entry.crc32) throw refused(file, `${entry.path} is damaged: its checksum differs`);
  return bytes;
}

async function readText(archive: Archive, file: string, path: string): Promise<string> {
  const entry = archive.files.find((each) => each.path === path);
  if (entry === undefined) throw refused(file, `it has no ${path}`);
  return (await readBytes(entry, file)).toString('utf8');
}

/** The first value of every header, names in lower case (RFC 822, as METADATA and WHEEL use it). */
function parseHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') break;
    const [, name, value] = /^([A-Za-z0-9-]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && !headers.has(name.toLowerCase())) headers.set(name.toLowerCase(), (value ?? '').trim());
  }
  return headers;
}

/** As pkgutil's and setuptools' documentation write them: nothing else in such a file matters to the others. */
function isNamespace(path: string, bytes: Buffer): boolean {
  if (!path.endsWith('/__init__.py') || bytes.length > 4096) return false;
  return /pkgutil.*extend_path|declare_namespace\(\s*__name__\s*\)/s.test(bytes.toString('utf8'));
}

function sameVersion(a: string, b: string): boolean {
  const [left, right] = [parseVersion(a.replaceAll('_', '-')), parseVersion(b.replaceAll('_', '-'))];
  return left === null || right === null
    ? a.replaceAll('_', '-') === b.replaceAll('_', '-')
    : compareVersions(left, right) === 0;
}

function refused(file: string, problem: string): ConcError {
  return new ConcError({
    code: 'wheel.refused',
    message: `${file} is refused: ${problem}`,
    hint: 'pip may install it all the same. Tell its makers, and lock another version meanwhile',
    exit: 2,
  });
}
