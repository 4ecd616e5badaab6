import { z } from 'zod';

const at = { name: z.string(), pid: z.number().int(), tid: z.number().int() };
const ts = z.number().int().nonnegative();

/** What the Trace Event Format wants of the three kinds that conc writes. */
const trace = z.strictObject({
  displayTimeUnit: z.literal('ms'),
  traceEvents: z.array(
    z.discriminatedUnion('ph', [
      z.strictObject({ ...at, ph: z.literal('M'), args: z.strictObject({ name: z.string() }) }),
      z.strictObject({
        ...at,
        ph: z.literal('X'),
        ts,
        dur: ts,
        cat: z.string(),
        args: z.record(z.string(), z.number()),
      }),
      z.strictObject({ ...at, ph: z.literal('C'), ts, args: z.record(z.string(), z.number()) }),
    ]),
  ),
  otherData: z.record(z.string(), z.string()),
});

type Trace = z.infer<typeof trace>;
export type Slice = Extract<Trace['traceEvents'][number], { ph: 'X' }>;

/** Reads a trace as a viewer does: throws where it isn't one, or where slices of one track overlap without one holding the other. */
export function readTrace(value: unknown): { readonly slices: readonly Slice[]; readonly trace: Trace } {
  const read = trace.parse(value);
  const slices = read.traceEvents.filter((event) => event.ph === 'X');
  for (const one of slices) {
    for (const other of slices) {
      if (one === other || one.pid !== other.pid || one.tid !== other.tid) continue;
      const [end, otherEnd] = [one.ts + one.dur, other.ts + other.dur];
      const apart = end <= other.ts || otherEnd <= one.ts;
      const inside = (one.ts <= other.ts && otherEnd <= end) || (other.ts <= one.ts && end <= otherEnd);
      if (!apart && !inside) throw new Error(`${one.name} and ${other.name} overlap`);
    }
  }
  return { slices, trace: read };
}
