import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { Entry, LocalFileHeader, ZipFile } from 'yauzl';
import { parseExtraFields } from 'yauzl';

/** One entry as both places tell it: the directory at the end, and the header before its data. */
export interface Located {
  readonly path: string;
  readonly entry: Entry;
  readonly local: LocalFileHeader;
}

/** Sizes and checksum stand behind the data, in a descriptor of one of these sizes (with or without signature, zip64). */
const later = 0x8;
const descriptors = [12, 16, 20, 24];

/**
 * The order of an archive's bytes: entry after entry, then the directory, then its end, and nothing else anywhere. Some
 * readers go by the directory, some (uv, for one) read the entries as they stream in: only an archive without a gap, a
 * lie or a remainder is the same to all of them. Null: it is in order.
 */
export async function orderProblem(path: string, zip: ZipFile, entries: readonly Located[]): Promise<string | null> {
  let end = 0;
  let slack = [0];
  for (const { path: name, entry, local } of entries.toSorted((a, b) => startOf(a.entry) - startOf(b.entry))) {
    const gap = startOf(entry) - end;
    if (!slack.includes(gap))
      return end === 0 ? "something stands before the archive's first file" : between(name, gap);
    end = local.fileDataStart + entry.compressedSize;
    slack = (entry.generalPurposeBitFlag & later) === 0 ? [0] : descriptors;
  }
  const directory = await directoryStart(path, zip);
  return slack.includes(directory - end)
    ? null
    : 'something stands between its last entry and its directory, or they overlap';
}

/** What an entry's own header says otherwise than the directory; null: nothing. */
export function headerProblem(entry: Entry, local: LocalFileHeader): string | null {
  if (!local.fileName.equals(entry.fileNameRaw)) return 'has another name in its own header';
  if ([...entry.extraFields, ...parseExtraFields(local.extraField)].some(({ id }) => id === unicodePath))
    return 'has a second name, which only some readers see';
  const flags = (entry.generalPurposeBitFlag ^ local.generalPurposeBitFlag) & later;
  const told = flags === 0 && local.compressionMethod === entry.compressionMethod && sizesAgree(entry, local);
  return told ? null : 'announces something else in its own header';
}

/** Info-ZIP's Unicode path. */
const unicodePath = 0x7075;
/** zip64 keeps the true size elsewhere. */
const wide = 0xffffffff;

function sizesAgree(entry: Entry, local: LocalFileHeader): boolean {
  if ((entry.generalPurposeBitFlag & later) !== 0) return true;
  const same = (told: number, size: number): boolean => told === size || told === wide;
  return (
    local.crc32 === entry.crc32 &&
    same(local.compressedSize, entry.compressedSize) &&
    same(local.uncompressedSize, entry.uncompressedSize)
  );
}

const startOf = (entry: Entry): number => entry.relativeOffsetOfLocalHeader;

const between = (name: string, gap: number): string =>
  gap < 0 ? `${name} overlaps another entry` : `something stands between ${name} and the entry before it`;

const endSize = 22;
const zip64Size = 76;

/** yauzl has found the end record, and that nothing but its comment follows it. */
async function directoryStart(path: string, zip: ZipFile): Promise<number> {
  await using file: FileHandle & AsyncDisposable = await open(path);
  const end = Buffer.alloc(endSize);
  const at = zip.fileSize - endSize - Buffer.byteLength(zip.comment);
  await file.read(end, 0, endSize, at);
  const isWide = end.readUInt32LE(16) === wide;
  return at - end.readUInt32LE(12) - (isWide ? zip64Size : 0);
}
