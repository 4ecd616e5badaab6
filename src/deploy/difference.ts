import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDeflate } from 'node:zlib';
import { temporaryFolder } from '../bundle/temporary-folder.ts';
import type { Bundle, WheelEntry, WheelFile } from '../bundle/types.ts';
import { openArchive } from '../bundle/wheel/archive.ts';
import { type Common, commonFiles } from './common-files.ts';
import { recordText } from './record-text.ts';

/** What differs must be worth the work of both ends: less than this part of the wheel. */
const WORTH = 0.7;
/** Bytes of a difference: it is held in memory, once for all nodes that have the same. */
const MOST = 16 << 20;
/** Bytes of all that changed, unpacked. */
const LARGEST = 128 << 20;

/**
 * What to send of a wheel to a node that has a former one, whose signature is given: protocol/README.md, "Differences".
 * Null: the wheel is better sent whole.
 */
export function differenceFrom(bundle: Bundle, wheel: WheelEntry, signature: string): Promise<Buffer | null> {
  const made = known.get(bundle) ?? new Map<string, Promise<Buffer | null>>();
  known.set(bundle, made);
  const key = `${wheel.sha256} ${signature}`;
  const difference = made.get(key) ?? makeDifference(bundle, wheel, Buffer.from(signature, 'base64'));
  if (made.size < KNOWN) made.set(key, difference);
  return difference;
}

/** Nodes that are deployed together mostly have the same. */
const known = new WeakMap<Bundle, Map<string, Promise<Buffer | null>>>();
const KNOWN = 4;

async function makeDifference(bundle: Bundle, wheel: WheelEntry, signature: Buffer): Promise<Buffer | null> {
  const common = commonFiles(await bundle.contents(wheel), signature);
  if (common === null || common.others.reduce((sum, { size }) => sum + size, 0) > LARGEST) return null;
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'wheel');
  await pipeline(await bundle.open(wheel), createWriteStream(file));
  await using archive = await openArchive(file, wheel.file);
  const places = new Map(archive.files.map((each) => [each.path, each]));
  const read = async ({ path }: WheelFile): Promise<Buffer> => {
    const found = places.get(path);
    if (found === undefined) throw new Error(`${wheel.file} has no ${path}`);
    return found.bytes();
  };
  return await packed(pieces(common, read), Math.min(MOST, wheel.size * WORTH));
}

/** The header, with its length before it, then the files one after the other. */
async function* pieces(
  { prefix, without, files, others, record }: Common,
  read: (file: WheelFile) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
  const told = record !== null && (await recordText(files, record, read));
  const sent = told === false && record !== null ? [...others, record] : others;
  const listed = sent.map(({ path, size, executable }) => [path, size, executable ? 1 : 0]);
  const header = Buffer.from(JSON.stringify({ prefix, without, files: listed, record: told }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  yield Buffer.concat([length, header]);
  for (const file of sent) yield await read(file);
}

/** One zlib stream; null where it gets longer than `most`. */
async function packed(content: AsyncIterable<Buffer>, most: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let size = 0;
  const collect = async (source: AsyncIterable<Buffer>): Promise<void> => {
    for await (const part of source) {
      parts.push(part);
      size += part.length;
      if (size > most) throw new TooLong();
    }
  };
  try {
    await pipeline(Readable.from(content), createDeflate({ level: 9, memLevel: 9 }), collect);
  } catch (error) {
    if (error instanceof TooLong) return null;
    throw error;
  }
  return Buffer.concat(parts);
}

class TooLong extends Error {}
