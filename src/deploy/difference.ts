import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { deflate, type ZlibOptions } from 'node:zlib';
import type { Bundle, WheelEntry } from '../bundle/types.ts';
import { type Common, commonFiles } from './common-files.ts';
import { recordText } from './record-text.ts';
import { type ReadFile, wheelReader } from './wheel-reader.ts';

/** A difference is worth the work of both ends if it is less than this part of the wheel. */
const WORTH = 0.7;
/** Bytes of a wheel, which is held in memory meanwhile, and of all that changed in it, which is compressed. */
const [LARGEST, CHANGED] = [32 << 20, 8 << 20];
/** Beyond so many bytes the last percents of compression take longer than they save. */
const LITTLE = 1 << 20;

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
  if (wheel.size > LARGEST) return null;
  const common = commonFiles(await bundle.contents(wheel), signature);
  if (common === null || common.others.reduce((sum, { size }) => sum + size, 0) > CHANGED) return null;
  const content = await contentOf(common, await wheelReader(await buffer(await bundle.open(wheel))));
  if (content === null) return null;
  const difference = await packed(content, { level: content.length > LITTLE ? 6 : 9 });
  return difference.length < wheel.size * WORTH ? difference : null;
}

const packed = promisify<Buffer, ZlibOptions, Buffer>(deflate);

/** The header, with its length before it, then the files one after the other. Null where a file is not what is listed. */
async function contentOf({ prefix, without, files, others, record }: Common, read: ReadFile): Promise<Buffer | null> {
  const told = record !== null && (await recordText(files, record, read));
  const sent = told === false && record !== null ? [...others, record] : others;
  const contents: Buffer[] = [];
  for (const file of sent) {
    const content = await read(file);
    if (content === null) return null;
    contents.push(content);
  }
  const listed = sent.map(({ path, size, executable }) => [path, size, executable ? 1 : 0]);
  const header = Buffer.from(JSON.stringify({ prefix, without, files: listed, record: told }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(header.length);
  return Buffer.concat([length, header, ...contents]);
}
