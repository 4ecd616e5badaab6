import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { sha256 } from '../digest.ts';
import { openArchive } from './archive.ts';
import { formatRecord } from './record.ts';

/**
 * Writes a wheel again so that equal contents give equal bytes: entries sorted (dist-info last, as the wheel format
 * recommends), stored, without times, with modes 644 or 755, RECORD's rows sorted. Backends, compressors, clocks,
 * umasks and file systems differ in all of these.
 */
export async function repackWheel(from: string, file: string, to: string): Promise<void> {
  await using archive = await openArchive(from, file);
  const entries = await Promise.all(archive.files.map(async (each) => ({ ...each, bytes: await each.bytes() })));
  const record = entries.find(({ path }) => /^[^/]+\.dist-info\/RECORD$/.test(path))?.path;
  const others = entries
    .filter(({ path }) => path !== record)
    .toSorted((a, b) => (sortKey(a.path) < sortKey(b.path) ? -1 : 1));
  const zip = new ZipFile();
  for (const { path, bytes, executable } of others) zip.addBuffer(bytes, path, storedAs(executable));
  if (record !== undefined) {
    const rows = others.map(({ path, bytes }) => ({ path, sha256: sha256(bytes), size: bytes.length }));
    zip.addBuffer(Buffer.from(formatRecord(rows, record)), record, storedAs(false));
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(to));
}

/** How conc stores an entry: nothing in it depends on when or where it was made. The time is local, as zip's times are. */
export const storedAs = (
  executable: boolean,
): { mtime: Date; mode: number; compress: false; forceDosTimestamp: true } => ({
  mtime: new Date(1980, 0, 1),
  mode: executable ? 0o100755 : 0o100644,
  compress: false,
  forceDosTimestamp: true,
});

const sortKey = (path: string): string => `${/^[^/]+\.dist-info\//.test(path) ? 1 : 0}${path}`;
