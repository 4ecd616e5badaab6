import { loadavg } from 'node:os';
import type { Figures, Outcome, Row, Side } from '../types.ts';
import { countFlushes } from './flushes.ts';

export interface Turns {
  readonly rounds: number;
  readonly flushes: boolean;
  readonly tell: (line: string) => void;
}

/**
 * Every round runs each side once, one directly after the other, and every other round turns the order around: what the machine
 * does besides meets all alike. Flushes are counted afterwards, in runs that aren't timed.
 */
export async function takeTurns(name: string, row: Row, { rounds, flushes, tell }: Turns): Promise<Outcome> {
  const sides: readonly Side[] = [row.ours, ...row.rivals];
  const values = new Map<Side, number[]>(sides.map((side) => [side, []]));
  const [load = 0] = loadavg();
  for (let round = 0; round < rounds; round += 1) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      await side.before?.();
      const value = await side.take();
      values.get(side)?.push(value);
      tell(`${name} ${round + 1}/${rounds}  ${side.name}: ${value.toPrecision(4)} ${row.unit}`);
    }
  }
  if (row.where !== undefined) await row.ours.before?.();
  const where = (await row.where?.()) ?? null;
  const counted = new Map<Side, number | null>();
  if (flushes && row.flushes !== undefined) {
    for (const side of sides) {
      await side.before?.();
      counted.set(side, await countFlushes([process.pid, ...row.flushes], () => side.take()));
    }
  }
  const figures = (side: Side): Figures => ({ values: values.get(side) ?? [], flushes: counted.get(side) ?? null });
  return { name, row, load, ours: figures(row.ours), rivals: row.rivals.map(figures), where };
}
