import type { Curve } from '../types.ts';

/** Of no values: NaN. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** Round by round, as both sides of a round met the same machine: above 1, `upper` takes more. */
export function ratios(upper: readonly number[], lower: readonly number[]): number[] {
  return upper.flatMap((value, round) => {
    const other = lower[round];
    return other === undefined ? [] : [value / other];
  });
}

/**
 * k of `value ~ n^k`, by least squares on logarithms: 0 doesn't grow, 1 is linear. What every run costs hides growth where n is small,
 * so it is told of the upper half of the range (in logarithms) alone. Fewer than two such points: null.
 */
export function exponent(points: Curve['points']): number | null {
  const sizes = points.map(({ n }) => Math.log(n));
  const middle = (Math.min(...sizes) + Math.max(...sizes)) / 2;
  const upper = points
    .filter(({ n }) => Math.log(n) >= middle)
    .map(({ n, value }) => [Math.log(n), Math.log(value)] as const);
  const [x, y] = [mean(upper.map(([n]) => n)), mean(upper.map(([, value]) => value))];
  const square = sum(upper.map(([n]) => (n - x) ** 2));
  return upper.length < 2 || square === 0 ? null : sum(upper.map(([n, value]) => (n - x) * (value - y))) / square;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
