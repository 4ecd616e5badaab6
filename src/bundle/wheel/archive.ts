import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { openPromise } from 'yauzl';
import { ConcError } from '../../errors/conc-error.ts';

/** One file in an archive. `executable` as pip reads it: any x bit of a regular file's mode. */
export interface ArchiveFile {
  readonly path: string;
  readonly size: number;
  readonly crc32: number;
  readonly executable: boolean;
  read(): Promise<Readable>;
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
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  const zip = await openPromise(path, options).catch((cause: unknown) => {
    throw unreadable(name, cause);
  });
  try {
    const files = await listFiles(zip, name);
    return { files, [Symbol.asyncDispose]: async () => zip.close() };
  } catch (cause) {
    zip.close();
    throw cause instanceof ConcError ? cause : unreadable(name, cause);
  }
}

async function listFiles(zip: ZipFile, name: string): Promise<ArchiveFile[]> {
  const files: ArchiveFile[] = [];
  const seen = new Set<string>();
  for await (const entry of zip.eachEntry()) {
    const path = entry.fileName;
    const problem = problemOf(entry, seen) ?? (await localProblem(zip, entry));
    if (problem !== null) throw hostile(name, path, problem);
    seen.add(path);
    if (path.endsWith('/')) continue;
    const mode = entry.externalFileAttributes >>> 16;
    const executable = (mode & 0o111) !== 0;
    const { uncompressedSize: size, crc32 } = entry;
    files.push({ path, size, crc32, executable, read: () => zip.openReadStreamPromise(entry) });
  }
  const parents = new Set(files.flatMap(({ path }) => parentsOf(path)));
  const clash = files.find(({ path }) => parents.has(path));
  if (clash !== undefined) throw hostile(name, clash.path, 'is both a file and a folder');
  return files;
}

/** Info-ZIP's Unicode path. */
const unicodePath = 0x7075;
const symlink = 0o120000;
const fileType = 0o170000;

function problemOf(entry: Entry, seen: ReadonlySet<string>): string | null {
  const path = entry.fileName;
  const parts = path.replace(/\/$/, '').split('/');
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'is an absolute path';
  if (path.includes('\\')) return 'has a backslash in its name';
  if (parts.includes('..')) return 'leaves its folder';
  if (parts.some((part) => part === '' || part === '.')) return 'has an empty part in its name';
  // Readers differ in how they decode these, so the bytes are asked: one shows "\x1b", the other an arrow.
  if (entry.fileNameRaw.some((byte) => byte < 0x20 || byte === 0x7f)) return 'has a control character in its name';
  if (entry.extraFields.some(({ id }) => id === unicodePath)) return 'has a second name, which only some readers see';
  if (seen.has(path)) return 'is there twice';
  if (entry.isEncrypted()) return 'is encrypted';
  const type = (entry.externalFileAttributes >>> 16) & fileType;
  if (type === symlink) return 'is a symbolic link';
  if (type !== 0 && type !== 0o100000 && type !== 0o040000) return 'is a device or a pipe';
  return entry.compressionMethod === 0 || entry.compressionMethod === 8
    ? null
    : `is compressed by method ${entry.compressionMethod}, which nodes can't read`;
}

/** The name stands twice in an archive, and readers differ in which one they believe. */
async function localProblem(zip: ZipFile, entry: Entry): Promise<string | null> {
  const local = await zip.readLocalFileHeaderPromise(entry);
  return local.fileName.equals(entry.fileNameRaw) ? null : 'has another name in its own header';
}

function parentsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join('/'));
}

function hostile(name: string, path: string, problem: string): ConcError {
  return new ConcError({
    code: 'archive.hostile',
    message: `${name} is refused: its entry "${path.replaceAll(/[^ -~]/g, '?')}" ${problem}`,
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
