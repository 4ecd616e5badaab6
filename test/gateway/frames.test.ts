import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConcError } from '../../src/errors/conc-error.ts';
import { BannerScanner } from '../../src/gateway/banner.ts';
import type { Frame } from '../../src/gateway/frames.ts';
import { decodeCount, encodeFrame, FrameDecoder, JsonParts, LIMIT, splitJson } from '../../src/gateway/frames.ts';
import { LOADER } from '../../src/gateway/loader.ts';

const hex = z.string().transform((text) => Buffer.from(text, 'hex'));
const golden = z
  .object({
    loader: z.string(),
    banner: z.object({ ready: hex, old: hex }),
    frames: z.array(
      z.object({
        name: z.string(),
        kind: z.enum(['J', 'M', 'B', 'I', 'W', 'E', 'X', 'P', 'Q']),
        channel: z.number(),
        payload: hex,
        bytes: hex,
      }),
    ),
    messages: z.array(z.object({ name: z.string(), value: z.json() })),
    split: z.array(z.object({ name: z.string(), length: z.number(), kinds: z.string(), last: z.number() })),
    bad: z.array(z.object({ name: z.string(), input: hex, shows: z.string() })),
    badJson: z.array(z.object({ name: z.string(), payload: hex })),
  })
  .parse(
    JSON.parse(readFileSync(fileURLToPath(new URL('../../protocol/frames.golden.json', import.meta.url)), 'utf8')),
  );

describe('golden frames', () => {
  it.each(golden.frames)('$name', ({ kind, channel, payload, bytes }) => {
    expect(encodeFrame(kind, channel, payload)).toEqual(bytes);
    expect(decode([bytes])).toEqual([{ kind, channel, payload }]);
  });

  it('come whole however they are cut', () => {
    const all = Buffer.concat(golden.frames.map(({ bytes }) => bytes));
    const expected = golden.frames.map(({ kind, channel, payload }) => ({ kind, channel, payload }));
    expect(decode([...all].map((byte) => Buffer.from([byte])))).toEqual(expected);
    expect(decode([all.subarray(0, 20), all.subarray(20)])).toEqual(expected);
    expect(decode([all.subarray(0, -1)])).toEqual(expected.slice(0, -1));
  });

  it.each(golden.messages)('$name is the same behind the wire', ({ value }) => {
    expect(splitJson(value).map(({ kind }) => kind)).toEqual(['J']);
    const [part] = splitJson(value);
    expect(part && new JsonParts().add('J', part.payload)).toEqual({ value });
  });

  it.each(golden.split)('JSON $name', ({ length, kinds, last }) => {
    const value = 'x'.repeat(length - 2);
    const parts = splitJson(value);
    expect(parts.map(({ kind }) => kind).join('')).toBe(kinds);
    expect(parts.at(-1)?.payload.length).toBe(last);
    const json = new JsonParts();
    const values = parts.map(({ kind, payload }) => json.add(kind === 'M' ? 'M' : 'J', payload));
    expect(values.at(-1)).toEqual({ value });
    expect(values.slice(0, -1).every((one) => one === undefined)).toBe(true);
  });

  it.each(golden.bad)('$name is refused, and shown', ({ input, shows }) => {
    expect(failure(() => decode([input]))).toMatchObject({
      code: 'protocol.bad-frame',
      evidence: [shows, expect.any(String)],
    });
  });

  it.each(golden.badJson)('$name is refused', ({ payload }) => {
    expect(failure(() => new JsonParts().add('J', payload))).toMatchObject({ code: 'protocol.bad-frame' });
  });

  it('a window of another size is refused', () => {
    expect(decodeCount(Buffer.from('00040000', 'hex'))).toBe(1 << 18);
    expect(failure(() => decodeCount(Buffer.from('000400', 'hex')))).toMatchObject({ code: 'protocol.bad-frame' });
  });

  it('a frame of 1 MiB passes', () => {
    const bytes = encodeFrame('B', 1, Buffer.alloc(LIMIT, 7));
    expect(decode([bytes])[0]?.payload.length).toBe(LIMIT);
  });
});

it('the loader is constant', () => {
  expect(LOADER).toBe(golden.loader);
});

describe('the banner', () => {
  it('is found behind noise, cut anywhere', () => {
    const bytes = Buffer.concat([Buffer.from('motd\n\0\u0001con'), golden.banner.ready, Buffer.from('rest')]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const scanner = new BannerScanner();
      const first = scanner.feed(bytes.subarray(0, cut));
      const rest = Buffer.concat([first?.rest ?? Buffer.alloc(0)]);
      const second = first === undefined ? scanner.feed(bytes.subarray(cut)) : undefined;
      expect((first ?? second)?.banner).toEqual({ kind: 'ready' });
      expect(Buffer.concat([rest, second?.rest ?? bytes.subarray(cut)]).toString()).toBe('rest');
      expect(scanner.noise).toBe('motd\n\0\u0001con');
    }
  });

  it('tells an old Python', () => {
    expect(new BannerScanner().feed(golden.banner.old)?.banner).toEqual({ kind: 'old', python: '3.6.15' });
  });

  it.each([
    ['another protocol', Buffer.from('\0\u0001conc\u00022\n')],
    ['a word without an end', Buffer.from(`\0\u0001conc\u0002${'9'.repeat(100)}`)],
    ['more noise than anyone prints', Buffer.alloc((1 << 20) + 1, 'x')],
  ])('%s is refused', (_name, bytes) => {
    expect(failure(() => new BannerScanner().feed(bytes))).toMatchObject({ code: 'gateway.bad-banner', exit: 1 });
  });
});

function decode(pieces: readonly Buffer[]): Frame[] {
  const decoder = new FrameDecoder();
  return pieces.flatMap((piece) => [...decoder.feed(piece)]);
}

function failure(run: () => unknown): ConcError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConcError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
