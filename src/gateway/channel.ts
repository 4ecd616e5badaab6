import type { ConcError } from '../errors/conc-error.ts';
import { farError } from './far-error.ts';
import {
  CHUNK,
  decodeCount,
  encodeCount,
  type Frame,
  type FrameKind,
  GRANT,
  JsonParts,
  splitJson,
  WINDOW,
} from './frames.ts';
import type { Channel, Item, Json } from './types.ts';

/** Writes a frame to the node. */
export type Emit = (kind: FrameKind, channel: number, payload?: Uint8Array) => void;

interface Part {
  readonly kind: FrameKind;
  readonly payload: Uint8Array;
  /** The last part of a `write`. */
  readonly written?: PromiseWithResolvers<void>;
}

/** The controller's end of one call. */
export class CallChannel implements Channel {
  readonly id: number;
  readonly reply: Promise<Json>;
  readonly #emit: Emit;
  readonly #name: string;
  readonly #overhear: ((value: Json) => boolean) | undefined;
  readonly #outcome = Promise.withResolvers<Json>();
  readonly #json = new JsonParts();
  readonly #inbox: { readonly item: Item; readonly size: number }[] = [];
  #outbox: Part[] = [];
  #wake: (() => void) | undefined;
  #credit = WINDOW;
  #taken = 0;
  #replied: { readonly value: Json } | undefined;
  #over: { readonly error: ConcError | undefined } | undefined;
  #ended = false;

  /** @param overhear gets every message first; true: it is not for who called */
  constructor(id: number, name: string, emit: Emit, overhear?: (value: Json) => boolean) {
    this.id = id;
    this.#overhear = overhear;
    this.#name = name;
    this.#emit = emit;
    this.reply = this.#outcome.promise;
    // Who only iterates is not to be ended by a rejection that nobody looks at.
    this.reply.catch(() => {});
  }

  get open(): boolean {
    return this.#over === undefined;
  }

  send(value: Json): void {
    this.#put(splitJson(value));
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const written = Promise.withResolvers<void>();
    const parts: Part[] = [];
    for (let start = 0; start < bytes.length; start += CHUNK) {
      const payload = bytes.subarray(start, start + CHUNK);
      parts.push({ kind: 'B', payload, ...(start + CHUNK >= bytes.length ? { written } : {}) });
    }
    this.#put(parts);
    await written.promise;
  }

  end(): void {
    if (this.#ended) return;
    this.#put([{ kind: 'E', payload: Buffer.alloc(0) }]);
    this.#ended = true;
  }

  cancel(): void {
    if (this.#over !== undefined) return;
    this.#emit('X', this.id);
    this.finish(farError(this.#name, { code: 'gateway.cancelled', message: 'it was cancelled from here' }));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    while (true) {
      const next = this.#inbox.shift();
      if (next !== undefined) {
        this.#grant(next.size);
        yield next.item;
      } else if (this.#over !== undefined) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** A frame came for this channel. */
  arrived(frame: Frame): void {
    const { kind, payload } = frame;
    if (this.#over !== undefined) return;
    if (kind === 'J' || kind === 'M') {
      const whole = this.#json.add(kind, payload);
      if (whole === undefined) this.#grant(payload.length);
      else if (this.#overhear?.(whole.value) === true) this.#grant(payload.length);
      else if (isReply(whole.value)) this.#replied = { value: whole.value.reply };
      else this.#take({ kind: 'json', value: whole.value }, payload.length);
    } else if (kind === 'B') {
      this.#take({ kind: 'blob', bytes: payload }, payload.length);
    } else if (kind === 'W') {
      this.#credit += decodeCount(payload);
      this.#pump();
    } else if (kind === 'X') {
      this.finish(this.#errorIn(payload));
    }
  }

  /** Both directions are over: by the far side's close, a cancel, or with the session. */
  finish(error: ConcError | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { error };
    const waiting = this.#outbox.flatMap((part) => part.written ?? []);
    this.#outbox = [];
    if (error !== undefined) this.#outcome.reject(error);
    else if (this.#replied !== undefined) this.#outcome.resolve(this.#replied.value);
    for (const written of waiting) settle(written, error);
    this.#wake?.();
  }

  #errorIn(payload: Buffer): ConcError | undefined {
    if (payload.length > 0) return farError(this.#name, new JsonParts().add('J', payload)?.value);
    if (this.#replied !== undefined) return undefined;
    return farError(this.#name, { code: 'gateway.no-reply', message: 'it was closed without a reply' });
  }

  #put(parts: readonly Part[]): void {
    if (this.#over !== undefined || this.#ended) {
      for (const { written } of parts) if (written !== undefined) settle(written, this.#over?.error);
      return;
    }
    this.#outbox.push(...parts);
    this.#pump();
  }

  #pump(): void {
    for (
      let next = this.#outbox[0];
      next !== undefined && next.payload.length <= this.#credit;
      next = this.#outbox[0]
    ) {
      this.#outbox.shift();
      this.#credit -= next.payload.length;
      this.#emit(next.kind, this.id, next.payload);
      next.written?.resolve();
    }
  }

  #take(item: Item, size: number): void {
    this.#inbox.push({ item, size });
    this.#wake?.();
  }

  #grant(size: number): void {
    this.#taken += size;
    if (this.#taken < GRANT || this.#over !== undefined) return;
    this.#emit('W', this.id, encodeCount(this.#taken));
    this.#taken = 0;
  }
}

function isReply(value: Json): value is { readonly reply: Json } {
  return typeof value === 'object' && value !== null && 'reply' in value && Object.keys(value).length === 1;
}

function settle(written: PromiseWithResolvers<void>, error: ConcError | undefined): void {
  if (error === undefined) written.resolve();
  else written.reject(error);
}
