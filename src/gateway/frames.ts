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
  const frame = Buffer.allocUnsafe(HEADER + payload.length);
  frame.write(kind, 0, 'latin1');
  frame.writeUInt32BE(channel, 1);
  frame.writeUInt32BE(payload.length, 5);
  frame.set(payload, HEADER);
  return frame;
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

/** Takes bytes in pieces of any size, gives whole frames. */
export class FrameDecoder {
  #buffer: Buffer = Buffer.alloc(0);

  *feed(data: Buffer): Generator<Frame> {
    this.#buffer = this.#buffer.length === 0 ? data : Buffer.concat([this.#buffer, data]);
    while (this.#buffer.length >= HEADER) {
      const kind = KINDS.find((known) => known.charCodeAt(0) === this.#buffer[0]);
      const length = this.#buffer.readUInt32BE(5);
      if (kind === undefined || length > LIMIT) throw notAFrame('bytes that are not a frame', this.#buffer);
      if (this.#buffer.length < HEADER + length) return;
      const frame = {
        kind,
        channel: this.#buffer.readUInt32BE(1),
        payload: this.#buffer.subarray(HEADER, HEADER + length),
      };
      this.#buffer = this.#buffer.subarray(HEADER + length);
      yield frame;
    }
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
