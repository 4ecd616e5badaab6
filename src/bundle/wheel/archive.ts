import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, inflateRawSync } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { getFileNameLowLevel, openPromise } from 'yauzl';
import { ConcError } from '../../errors/conc-error.ts';
import { pathProblem, shown } from './names.ts';
import type { Located } from './structure.ts';
import { headerProblem, orderProblem } from './structure.ts';

/** One file in an archive. `executable` as pip reads it: any x bit of a mode that says that it is a regular file. */
export interface ArchiveFile {
  readonly path: string;
  readonly size: number;
  readonly executable: boolean;
  /** As a stream, whose length alone is checked: for what is hashed anyway. */
  read(): Promise<Readable>;
  /** All of it, checked: length, checksum, and that its compressed data ends where the archive says. Throws Error. */
  bytes(): Promise<Buffer>;
}

export interface Archive extends AsyncDisposable {
  /** In the order of the central directory; directories are left out. */
  readonly files: readonly ArchiveFile[];
}

/**
 * Opens a zip archive and refuses what could be placed elsewhere than it says, or read differently by another reader.
 * ConcError `archive.unreadable`, `archive.hostile`; `name` is how messages call it.
 */
export async function openArchive(path: string, name: string): Promise<Archive> {
  // Names are decoded here: yauzl would lose what is not UTF-8, and has words of its own for the others.
  const options = { lazyEntries: true, autoClose: false, decodeStrings: false };
  const zip = await openPromise(path, options).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  try {
    const entries = await listEntries(zip, name);
    refuseBomb(zip, entries, name);
    const problem = await orderProblem(path, zip, entries);
    if (problem !== null) throw hostile(name, problem);
    const files = entries.filter((each) => !each.path.endsWith('/')).map((each) => archiveFile(zip, each));
    return { files, [Symbol.asyncDispose]: async () => zip.close() };
  } catch (cause) {
    zip.close();
    throw cause instanceof ConcError ? cause : unreadable(name, cause);
  }
}

async function listEntries(zip: ZipFile, name: string): Promise<Located[]> {
  const entries: Located[] = [];
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const path = nameOf(entry);
    if (path === null) throw hostile(name, `a name that is not UTF-8: ${shown(entry.fileNameRaw.toString('latin1'))}`);
    const problem = pathProblem(path.replace(/\/$/, ''));
    if (problem !== null) throw hostile(name, `${problem}: ${shown(path)}`);
    const local = await zip.readLocalFileHeaderPromise(entry);
    const other = entryProblem(entry, path, seen) ?? headerProblem(entry, local);
    if (other !== null) throw hostile(name, `${shown(path)} ${other}`);
    seen.add(path);
    entries.push({ path, entry, local });
  }
  const folders = new Set(entries.flatMap(({ path }) => foldersOf(path)));
  const clash = entries.find(({ path }) => folders.has(path));
  if (clash !== undefined) throw hostile(name, `${shown(clash.path)} is both a file and a folder`);
  return entries;
}

const utf8 = 0x800;

/** As Python's zipfile decodes it: UTF-8 where the entry says so, else code page 437. Null: it says so, and isn't. */
function nameOf({ fileNameRaw, generalPurposeBitFlag }: Entry): string | null {
  if ((generalPurposeBitFlag & utf8) === 0) return [...fileNameRaw].map(fromCodePage437).join('');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fileNameRaw);
  } catch {
    return null;
  }
}

/** ASCII stays what it is: yauzl would show control characters as the signs of old screens, and so let them through. */
const fromCodePage437 = (byte: number): string =>
  byte < 0x80 ? String.fromCharCode(byte) : getFileNameLowLevel(0, Buffer.of(byte), [], true);

const typeMask = 0o170000;
const folderType = 0o040000;
const fileType = 0o100000;

function entryProblem(entry: Entry, path: string, seen: ReadonlySet<string>): string | null {
  if (seen.has(path) && !path.endsWith('/')) return 'is in the archive twice';
  const type = modeOf(entry) & typeMask;
  if (type !== 0 && type !== (path.endsWith('/') ? folderType : fileType)) return 'is a link or another special file';
  if (entry.isEncrypted()) return 'is encrypted';
  if (entry.versionNeededToExtract > newestVersion) return 'asks for a zip reader that does not exist';
  return entry.compressionMethod === 0 || entry.compressionMethod === 8
    ? null
    : `is packed by a method other than deflate (${entry.compressionMethod})`;
}

/** 6.3: the newest that Python's zipfile knows. */
const newestVersion = 63;

const modeOf = (entry: Entry): number => entry.externalFileAttributes >>> 16;

function foldersOf(path: string): string[] {
  const parts = path.replace(/\/$/, '').split('/');
  const parents = parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
  return path.endsWith('/') ? [...parents, parts.join('/')] : parents;
}

/** No honest wheel comes near both: text packs to a tenth, tables of zeros to a fortieth. Deflate ends at a thousandth. */
const bombSize = 64 * 1024 * 1024;
const bombRatio = 100;

function refuseBomb(zip: ZipFile, entries: readonly Located[], name: string): void {
  const unpacked = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
  if (unpacked <= bombSize || unpacked <= zip.fileSize * bombRatio) return;
  throw hostile(
    name,
    `it unpacks to ${unpacked.toLocaleString('en')} bytes, more than ${bombRatio} times its own size of ${zip.fileSize.toLocaleString('en')}`,
  );
}

function archiveFile(zip: ZipFile, { path, entry }: Located): ArchiveFile {
  const mode = modeOf(entry);
  return {
    path,
    size: entry.uncompressedSize,
    executable: (mode & typeMask) === fileType && (mode & 0o111) !== 0,
    read: () => zip.openReadStreamPromise(entry),
    bytes: async () => unpack(entry, await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))),
  };
}

function unpack(entry: Entry, packed: Buffer): Buffer {
  const bytes = entry.compressionMethod === 0 ? packed : inflate(entry, packed);
  if (bytes.length !== entry.uncompressedSize)
    throw new Error(`it is ${bytes.length} bytes long and announces ${entry.uncompressedSize}`);
  if (crc32(bytes) !== entry.crc32) throw new Error('its checksum differs');
  return bytes;
}

function inflate(entry: Entry, packed: Buffer): Buffer {
  if (packed.length === 0) return packed;
  const unpacked: unknown = inflateWithin(packed, entry.uncompressedSize);
  const { buffer: bytes, engine } = unpacked as { buffer: Buffer; engine: { bytesWritten: number } };
  if (engine.bytesWritten !== packed.length)
    throw new Error('its compressed data ends elsewhere than the archive says');
  return bytes;
}

function inflateWithin(packed: Buffer, size: number): unknown {
  try {
    return inflateRawSync(packed, { info: true, maxOutputLength: size + 1 });
  } catch (cause) {
    const tooLong = cause instanceof RangeError;
    throw tooLong ? new Error(`it is longer than the ${size} bytes that it announces`, { cause }) : cause;
  }
}

function hostile(name: string, problem: string): ConcError {
  return new ConcError({
    code: 'archive.hostile',
    message: `${name} is refused: ${problem}`,
    hint: 'No honest tool makes such a file. Find out where it comes from before you use another one',
    exit: 2,
  });
}

function unreadable(name: string, cause: unknown): ConcError {
  return new ConcError({
    code: 'archive.unreadable',
    message: `${name} can't be read as a zip archive: ${cause instanceof Error ? cause.message : String(cause)}`,
    hint: 'It may be cut off or damaged: delete it and let it be made again',
    exit: 2,
    cause,
  });
}
