import { ConcError } from '../errors/conc-error.ts';
import type { Json } from './types.ts';

/** Frames: how messages stand on the wire (protocol/README.md, "Frames"). The twin of `agent/conc_agent/frames.py`. */
export const VERSION = 1;
/** The longest payload of one frame. Longer ones are refused before they are read. */
export const LIMIT = 1 << 20;
/** The longest JSON text, put together from its parts. */
const JSON_LIMIT = 64 << 20;
/** So many arrays and objects may lie in one another: who reads a value goes down into it. */
const DEEPEST = 100;
/** What a sender puts into one frame. */
export const CHUNK = 1 << 16;
/** Payload bytes that a side may send on a channel before it needs credit. */
export const WINDOW = 1 << 20;
/** A receiver grants credit at the latest when so much was taken. */
export const GRANT = WINDOW / 4;

const KINDS = ['J', 'M', 'B', 'I', 'W', 'E', 'X', 'P', 'Q'] as const;
/** Bytes that stand before a frame's payload. */
export const HEADER = 9;
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
    const value = parsed(text);
    if (isTooDeep(value)) throw notAFrame(`a JSON text with more than ${DEEPEST} levels`, text);
    return { value };
  }
}

function parsed(text: Buffer): Json {
  try {
    const value: unknown = JSON.parse(UTF8.decode(text));
    if (isJson(value)) return value;
  } catch (cause) {
    throw notAFrame('text that is not JSON', text, cause);
  }
  throw notAFrame('no value', text);
}

/** Of what JSON.parse gives: all of it is. */
function isJson(value: unknown): value is Json {
  return value !== undefined;
}

function isTooDeep(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; depth <= DEEPEST; depth += 1) {
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/**
 * Takes bytes in pieces of any size, gives whole frames. What came is copied once, and only where a frame came in pieces.
 * Of one that is not whole yet no more is kept than its own length, however small the pieces are.
 */
export class FrameDecoder {
  #head: { readonly kind: FrameKind; readonly channel: number; readonly length: number } | undefined;
  /** What came of the header, or the payload, that is waited for. */
  #begun = Buffer.alloc(0);
  #filled = 0;

  *feed(data: Buffer): Generator<Frame> {
    for (let rest = data; ; ) {
      const wanted = this.#head?.length ?? HEADER;
      const missing = wanted - this.#filled;
      const more = rest.subarray(0, missing);
      rest = rest.subarray(missing);
      if (this.#filled > 0 || more.length < missing) this.#keep(more, wanted);
      if (more.length < missing) return;
      const whole = this.#filled > 0 ? this.#begun : more;
      this.#filled = 0;
      if (this.#head === undefined) {
        this.#head = readHead(whole, rest);
      } else {
        const { kind, channel } = this.#head;
        this.#head = undefined;
        yield { kind, channel, payload: whole };
      }
    }
  }

  #keep(more: Buffer, wanted: number): void {
    if (this.#filled === 0) this.#begun = Buffer.allocUnsafe(wanted);
    more.copy(this.#begun, this.#filled);
    this.#filled += more.length;
  }
}

function readHead(head: Buffer, behind: Buffer): { kind: FrameKind; channel: number; length: number } {
  const kind = KINDS.find((known) => known.charCodeAt(0) === head[0]);
  const length = head.readUInt32BE(5);
  if (kind === undefined || length > LIMIT)
    throw notAFrame('bytes that are not a frame', Buffer.concat([head, behind.subarray(0, 64)]));
  return { kind, channel: head.readUInt32BE(1), length };
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
