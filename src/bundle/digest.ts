import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { canonical } from '../release/canonical.ts';

/** sha256, in hex. */
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** The canonical JSON of plain data: sorted keys, no blanks. */
export const canonicalText = (value: object): string => canonical(JSON.parse(JSON.stringify(value)));

/** sha256 of the canonical JSON, in hex. */
export const digestOf = (value: object): string => sha256(canonicalText(value));

/** sha256 of a file's bytes, in hex. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
