import { z } from 'zod';
import type { Phase, Timings } from '../../src/timings/types.ts';

const known = z.number().nullable();
const figures = {
  wall: z.number(),
  here: known,
  node: known,
  programs: known,
  sent: known,
  received: known,
  trips: known,
};
const phase: z.ZodType<Phase> = z.strictObject({
  ...figures,
  name: z.string(),
  side: z.enum(['here', 'node']),
  start: z.number(),
  parts: z.array(z.lazy(() => phase)),
});
const outside = z.strictObject({ wall: z.number(), here: z.number() });

/** The event `timings`, as who reads `--json` finds it. */
const event = z.strictObject({
  time: z.iso.datetime(),
  event: z.literal('timings'),
  timings: z.strictObject({
    ...{ began: z.number(), wall: z.number(), here: z.number(), before: outside, after: outside },
    connections: z.array(
      z.strictObject({
        ...{ node: z.string(), start: z.number(), whole: z.strictObject(figures), inner: z.boolean() },
        phases: z.array(phase),
        mapping: z.strictObject({ offset: z.number(), within: z.number() }).nullable(),
        samples: z.array(z.strictObject({ at: z.number(), sent: z.number(), received: z.number() })),
      }),
    ),
  }),
});

export const readTimings = (line: unknown): Timings => event.parse(line).timings;
