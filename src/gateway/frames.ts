import { ConcError } from '../errors/conc-error.ts';
import type { Json } from './types.ts';

/** Frames: how messages stand on the wire (protocol/README.md, "Frames"). The twin of `agent/conc_agent/frames.py`. */
export const VERSION = 1;
/** The longest payload of one frame. Longer ones are refused before they are read. */
export const LIMIT = 1 << 20;
/** The longest JSON text, put together from its parts. */
const JSON_LIMIT = 64 << 20;
/** What a sender puts into one frame. */
export const CHUNK = 1 << 16;
/** Payload bytes that a side may send on a channel before it needs credit. */
export const WINDOW = 1 << 20;
/** A receiver grants credit at the latest when so much was taken. */
export const GRANT = WINDOW / 4;

const KINDS = ['J', 'M', 'B', 'I', 'W', 'E', 'X', 'P', 'Q'] as const;
const HEADER = 9;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type FrameKind = (typeof KINDS)[number];

export interface Frame {
  readonly kind: FrameKind;
  readonly channel: number;
  readonly payload: Buffer;
}

export function encodeFrame(kind: FrameKind, channel: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([encodeHeader(kind, channel, payload.length), payload]);
}

/** What stands before a payload of so many bytes. */
export function encodeHeader(kind: FrameKind, channel: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  header.write(kind, 0, 'latin1');
  header.writeUInt32BE(channel, 1);
  header.writeUInt32BE(length, 5);
  return header;
}

/** The payload of a window frame. */
export function encodeCount(count: number): Buffer {
  const payload = Buffer.allocUnsafe(4);
  payload.writeUInt32BE(count);
  return payload;
}

export function decodeCount(payload: Buffer): number {
  if (payload.length !== 4) throw notAFrame(`a window frame of ${payload.length} bytes`, payload);
  return payload.readUInt32BE();
}

/** The frames of one JSON value: all but the last are `M`. */
export function splitJson(value: Json): { kind: FrameKind; payload: Buffer }[] {
  const text = Buffer.from(JSON.stringify(value));
  const parts: { kind: FrameKind; payload: Buffer }[] = [];
  for (let start = 0; start === 0 || start < text.length; start += CHUNK) {
    const payload = text.subarray(start, start + CHUNK);
    parts.push({ kind: start + CHUNK < text.length ? 'M' : 'J', payload });
  }
  return parts;
}

/** Puts one JSON value together from its `M` and `J` payloads. */
export class JsonParts {
  #parts: Buffer[] = [];
  #size = 0;

  /** The value, once the last part came. */
  add(kind: 'M' | 'J', payload: Buffer): { readonly value: Json } | undefined {
    this.#parts.push(payload);
    this.#size += payload.length;
    if (this.#size > JSON_LIMIT) throw notAFrame(`a JSON text longer than ${JSON_LIMIT} bytes`, payload);
    if (kind === 'M') return undefined;
    const text = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    try {
      const value: unknown = JSON.parse(UTF8.decode(text));
      if (isJson(value)) return { value };
    } catch (cause) {
      throw notAFrame('text that is not JSON', text, cause);
    }
    return undefined;
  }
}

/** Of what JSON.parse gives: all of it is. */
function isJson(parsed: unknown): parsed is Json {
  return parsed !== undefined;
}

/** Takes bytes in pieces of any size, gives whole frames. What came is copied once, and only where a frame came in pieces. */
export class FrameDecoder {
  #pieces: Buffer[] = [];
  #size = 0;
  #head: { readonly kind: FrameKind; readonly channel: number; readonly length: number } | undefined;

  *feed(data: Buffer): Generator<Frame> {
    this.#pieces.push(data);
    this.#size += data.length;
    while (true) {
      this.#head ??= this.#readHead();
      if (this.#head === undefined || this.#size < this.#head.length) return;
      const { kind, channel, length } = this.#head;
      this.#head = undefined;
      yield { kind, channel, payload: this.#take(length) };
    }
  }

  #readHead(): { kind: FrameKind; channel: number; length: number } | undefined {
    if (this.#size < HEADER) return undefined;
    const head = this.#take(HEADER);
    const kind = KINDS.find((known) => known.charCodeAt(0) === head[0]);
    const length = head.readUInt32BE(5);
    if (kind === undefined || length > LIMIT)
      throw notAFrame('bytes that are not a frame', Buffer.concat([head, ...this.#pieces]));
    return { kind, channel: head.readUInt32BE(1), length };
  }

  /** So many of the bytes that came. */
  #take(count: number): Buffer {
    this.#size -= count;
    const taken: Buffer[] = [];
    for (let left = count; left > 0; ) {
      const first = this.#pieces.shift();
      if (first === undefined) throw new Error('more bytes were asked for than came');
      taken.push(first.subarray(0, left));
      if (first.length > left) this.#pieces.unshift(first.subarray(left));
      left -= Math.min(left, first.length);
    }
    const [only] = taken;
    return only !== undefined && taken.length === 1 ? only : Buffer.concat(taken);
  }
}

/** The bytes that came, as hex and as far as they can be read. */
function notAFrame(what: string, bytes: Buffer, cause?: unknown): ConcError {
  const shown = bytes.subarray(0, 64);
  const readable = shown.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
  return new ConcError({
    code: 'protocol.bad-frame',
    message: `the node sent ${what}`,
    hint: 'something besides the agent writes to its connection; if it does so again, report it with these bytes',
    evidence: [`${shown.toString('hex')}${bytes.length > 64 ? '…' : ''}`, readable],
    exit: 1,
    cause,
  });
}
