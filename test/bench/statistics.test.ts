import { describe, expect, it } from 'vitest';
import { exponent, median, ratios, spread } from '../../bench/measure/statistics.ts';

describe('medians', () => {
  it('are the middle one, or between the two in the middle', () => {
    expect(median([5, 1, 9])).toBe(5);
    expect(median([4, 1, 9, 2])).toBe(3);
    expect(median([])).toBeNaN();
  });

  it('come with the least and the most', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  });
});

describe('ratios', () => {
  it('are taken round by round: a slow minute slows both sides', () => {
    expect(ratios([1, 10, 2], [2, 20, 4])).toEqual([0.5, 0.5, 0.5]);
  });

  it('leave out a round that one side lacks', () => {
    expect(ratios([1, 2], [2])).toEqual([0.5]);
  });
});

describe('the exponent of a growth', () => {
  const sizes = [1, 10, 100, 1000, 10_000];
  const points = (cost: (n: number) => number): { n: number; value: number }[] =>
    sizes.map((n) => ({ n, value: cost(n) }));

  it.each([
    ['nothing', 0, () => 3],
    ['a line', 1, (n: number) => 2 * n],
    ['a square', 2, (n: number) => n * n],
    ['a root', 0.5, (n: number) => Math.sqrt(n)],
  ])('is that of %s', (_, wanted, cost) => {
    expect(exponent(points(cost))).toBeCloseTo(wanted, 6);
  });

  it('sees a line behind what every run costs', () => {
    expect(exponent(points((n) => 50 + n))).toBeGreaterThan(0.8);
  });

  it('is not known of too few sizes', () => {
    expect(
      exponent([
        { n: 1, value: 1 },
        { n: 100, value: 2 },
      ]),
    ).toBeNull();
    expect(exponent([])).toBeNull();
  });
});
