import { median } from '../measure/statistics.ts';
import type { Curve } from '../types.ts';

/** A cost at one size: what it is called, and one run of it. */
export type Costs = Readonly<Record<string, () => Promise<number>>>;

/** For each size makes ready, then takes the median of `runs` of each cost, the smallest size first. */
export async function curvesOver(
  sizes: readonly number[],
  runs: number,
  at: (size: number) => Promise<Costs>,
): Promise<readonly Curve[]> {
  const points = new Map<string, { n: number; value: number }[]>();
  for (const n of sizes) {
    for (const [name, take] of Object.entries(await at(n))) {
      const values: number[] = [];
      for (let run = 0; run < runs; run += 1) values.push(await take());
      points.set(name, [...(points.get(name) ?? []), { n, value: median(values) }]);
    }
  }
  return [...points].map(([name, found]) => ({ name, points: found }));
}
