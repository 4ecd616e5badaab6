import { createHash } from 'node:crypto';
import { shown } from './names.ts';
import type { RecordRow } from './record.ts';
import { parseRecord } from './record.ts';

/** RECORD itself and what signs it stand in no RECORD, or without a hash (PEP 427). */
const unrecorded = ['RECORD', 'RECORD.jws', 'RECORD.p7s'];
const strong = ['sha256', 'sha384', 'sha512'];

/**
 * The rows of a RECORD by path, once they are the archive's files both ways. Throws Error with what is wrong. pip doesn't
 * compare; but RECORD is what `pip check`, `pip uninstall` and auditors believe, so a false one is refused.
 */
export function recordRows(record: Buffer, paths: readonly string[], distInfo: string): ReadonlyMap<string, RecordRow> {
  const rows = parse(record);
  const present = new Set(paths);
  const free = unrecorded.map((name) => `${distInfo}/${name}`);
  const byPath = new Map<string, RecordRow>();
  for (const row of rows) {
    if (byPath.has(row.path)) throw new Error(`its RECORD lists ${shown(row.path)} twice`);
    byPath.set(row.path, row);
    if (!present.has(row.path) && !free.includes(row.path) && !row.path.endsWith('/'))
      throw new Error(`its RECORD lists ${shown(row.path)}, which is not in the archive`);
  }
  const missing = paths.find((path) => !byPath.has(path) && !free.includes(path));
  if (missing !== undefined) throw new Error(`${shown(missing)} is in the archive, but not in its RECORD`);
  for (const row of rows) if (present.has(row.path)) checkRow(row, free);
  return byPath;
}

/** Throws Error where a file is not what its row says. */
export function compareWithRow(path: string, bytes: Buffer, row: RecordRow | undefined): void {
  if (row === undefined || row.digest === '') return;
  if (row.size !== null && row.size !== bytes.length)
    throw new Error(`its RECORD says ${row.size} bytes for ${shown(path)}, which has ${bytes.length}`);
  if (createHash(row.algorithm).update(bytes).digest('base64url') !== row.digest.replace(/=+$/, ''))
    throw new Error(`the content of ${shown(path)} is not what its RECORD says`);
}

function parse(record: Buffer): readonly RecordRow[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(record);
  } catch {
    throw new Error('its RECORD cannot be read: it is not UTF-8');
  }
  const rows = parseRecord(text);
  if (rows === null) throw new Error('its RECORD cannot be read: a row of it is malformed');
  return rows;
}

function checkRow({ path, algorithm, digest, sizeText }: RecordRow, free: readonly string[]): void {
  if (digest === '' && algorithm === '') {
    if (!free.includes(path)) throw new Error(`its RECORD has no hash for ${shown(path)}`);
    return;
  }
  if (!strong.includes(algorithm))
    throw new Error(`its RECORD has a weak or unknown hash for ${shown(path)}: ${algorithm}`);
  if (!/^[\w-]+=*$/.test(digest) || !/^\d*$/.test(sizeText))
    throw new Error(`its RECORD has an unreadable hash or size for ${shown(path)}`);
}
