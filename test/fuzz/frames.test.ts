import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ConcError } from '../../src/errors/conc-error.ts';
import { BannerScanner } from '../../src/gateway/banner.ts';
import type { Frame } from '../../src/gateway/frames.ts';
import { encodeFrame, FrameDecoder, JsonParts, LIMIT, splitJson } from '../../src/gateway/frames.ts';
import { damaged, readOrRefused } from './mutate.ts';

const valid = Buffer.concat([
  ...splitJson({ hello: { protocol: 1, words: ['a', 'b'.repeat(300)] } }).map(({ kind, payload }) =>
    encodeFrame(kind, 0, payload),
  ),
  encodeFrame('B', 3, Buffer.alloc(700, 1)),
  encodeFrame('W', 3, Buffer.of(0, 4, 0, 0)),
  encodeFrame('E', 3),
  encodeFrame('X', 1, Buffer.from('{"code": "x"}')),
  encodeFrame('P', 0, Buffer.alloc(8)),
]);

const refused = (error: unknown): boolean => error instanceof ConcError && error.code === 'protocol.bad-frame';

it('whatever comes, cut anywhere, is frames or refused, and the same however it is cut', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        damaged(valid),
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      ),
      fc.array(fc.nat({ max: 900 })),
      (bytes, cuts) => {
        const whole = framesOf([bytes]);
        expect(framesOf(cutAt(bytes, cuts))).toEqual(whole);
      },
    ),
    { numRuns: 1000 },
  );
});

it('JSON of any bytes is a value or refused', () => {
  const text = Buffer.from('{"a": [1, -2.5e3, "é\\u0000", null, true, {"b": {}}], "\\ud800": "x"}');
  fc.assert(
    fc.property(
      fc.oneof(
        damaged(text),
        fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes)),
      ),
      (bytes) => {
        readOrRefused(() => new JsonParts().add('J', bytes), refused);
      },
    ),
    { numRuns: 1000 },
  );
});

it('JSON that nests deeper than anyone reads is refused', () => {
  const nested = (depth: number) => Buffer.from(`${'[{"a":'.repeat(depth)}0${'}]'.repeat(depth)}`);
  expect(new JsonParts().add('J', nested(50))).toBeDefined();
  expect(() => new JsonParts().add('J', nested(51))).toThrow('more than 100 levels');
  expect(() => new JsonParts().add('J', nested(500_000))).toThrow(ConcError);
});

it('a banner in any noise is found or refused', () => {
  const before = Buffer.from('motd\n\0\u0001conc\u00021\nrest');
  fc.assert(
    fc.property(damaged(before), (bytes) => {
      readOrRefused(
        () => new BannerScanner().feed(bytes),
        (error) => error instanceof ConcError && error.code === 'gateway.bad-banner',
      );
    }),
  );
});

it('a node that sends a megabyte byte by byte costs little memory', () => {
  const program = `
    const { FrameDecoder, encodeFrame } = await import(${JSON.stringify(new URL('../../src/gateway/frames.ts', import.meta.url).href)});
    const decoder = new FrameDecoder();
    const before = process.memoryUsage.rss();
    let frames = 0;
    const frame = encodeFrame('B', 1, Buffer.alloc(${LIMIT}));
    for (let at = 0; at < frame.length; at += 1) for (const _ of decoder.feed(frame.subarray(at, at + 1))) frames += 1;
    console.log(frames, process.resourceUsage().maxRSS * 1024 - before);`;
  const said = execFileSync(process.execPath, ['--max-old-space-size=32', '--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  const [frames = 0, grown = Infinity] = said.trim().split(' ').map(Number);
  expect(frames).toBe(1);
  expect(grown).toBeLessThan(100 << 20);
});

function framesOf(pieces: readonly Buffer[]): { frames: Frame[]; bad: boolean } {
  const decoder = new FrameDecoder();
  const frames: Frame[] = [];
  const ended = readOrRefused(() => {
    for (const piece of pieces) for (const frame of decoder.feed(piece)) frames.push(frame);
    return true;
  }, refused);
  return { frames, bad: ended === undefined };
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
}
