import { createHash } from 'node:crypto';
import { z } from 'zod';
import { field } from './far-error.ts';
import { FrameDecoder, type FrameKind, JsonParts } from './frames.ts';
import type { Json } from './types.ts';

/** What a session carried. A JSON value comes whole, with its last part's frame; `size` is what that frame counts for credit. */
export type Carried =
  | { readonly type: 'J'; readonly channel: number; readonly size: number; readonly json: Json }
  | {
      readonly type: Exclude<FrameKind, 'J'>;
      readonly channel: number;
      readonly size: number;
      readonly payload: Buffer;
    };

const kind = z.enum(['B', 'I', 'E', 'X']);
const channel = z.number();

/** One line of a recorded session, in the order in which it happened. */
export const lineShape = z.union([
  z.object({ from: z.literal('node'), noise: z.string() }),
  z.object({ from: z.literal('node'), type: z.literal('J'), channel, json: z.json() }),
  z.object({ from: z.literal('node'), type: kind, channel, base64: z.string() }),
  z.object({ from: z.literal('node'), words: z.array(z.string()), exit: z.number().nullable() }),
  z.object({ from: z.literal('controller'), type: z.literal('J'), channel, json: z.json() }),
  z.object({ from: z.literal('controller'), type: kind, channel, size: z.number(), sha256: z.string() }),
]);

export type Line = z.infer<typeof lineShape>;
export type ControllerLine = Extract<Line, { from: 'controller' }>;

/** Bytes of one direction, taken apart. */
export class Carrier {
  readonly #decoder = new FrameDecoder();
  readonly #parts = new Map<number, JsonParts>();

  *feed(bytes: Buffer): Generator<Carried> {
    for (const { kind: type, channel: id, payload } of this.#decoder.feed(bytes)) {
      const size = payload.length;
      if (type !== 'J') yield { type, channel: id, size, payload };
      if (type !== 'J' && type !== 'M') continue;
      const parts = this.#parts.get(id) ?? new JsonParts();
      this.#parts.set(id, parts);
      const whole = parts.add(type, payload);
      if (whole !== undefined) yield { type: 'J', channel: id, size, json: whole.value };
    }
  }
}

/** undefined: windows and pings, which depend on the moment, and parts of what comes whole. */
export function nodeLine(carried: Carried): Line | undefined {
  if (carried.type === 'J') return { from: 'node', type: 'J', channel: carried.channel, json: plain(carried.json) };
  const type = kind.safeParse(carried.type);
  if (!type.success) return undefined;
  return { from: 'node', type: type.data, channel: carried.channel, base64: carried.payload.toString('base64') };
}

/** As far as a replay compares it. Modules are left out: they are another version's in a later conc. */
export function controllerLine(carried: Carried): ControllerLine | undefined {
  if (carried.type === 'B' && carried.channel === 0) return undefined;
  if (carried.type === 'J') {
    if (carried.channel === 0 && field(carried.json, 'module') !== undefined) return undefined;
    return { from: 'controller', type: 'J', channel: carried.channel, json: plain(carried.json) };
  }
  const type = kind.safeParse(carried.type);
  if (!type.success) return undefined;
  const { channel: id, payload } = carried;
  const sha256 = createHash('sha256').update(payload).digest('hex');
  return { from: 'controller', type: type.data, channel: id, size: payload.length, sha256 };
}

/** The same value in the type that zod gives. */
function plain(value: Json): z.infer<ReturnType<typeof z.json>> {
  return z.json().parse(value);
}
