import { describe, expect, it } from 'vitest';
import { judge, number } from '../../bench/report/judge.ts';

const of = (...values: number[]): { values: number[]; flushes: null } => ({ values, flushes: null });

describe('a goal', () => {
  it('of at most so many times is met at just that', () => {
    const goal = { kind: 'within', times: 1.5 } as const;
    expect(judge(goal, 's', of(3, 3), of(2, 2))).toEqual({ goal: '≤ 1.5×', figure: '1.50×', met: true });
    expect(judge(goal, 's', of(4), of(2))).toMatchObject({ figure: '2.00×', met: false });
  });

  it('of so many times faster counts the other way', () => {
    const goal = { kind: 'faster', times: 4 } as const;
    expect(judge(goal, 's', of(1), of(40))).toEqual({ goal: '≥ 4× faster', figure: '40.0× faster', met: true });
    expect(judge(goal, 's', of(1), of(3))).toMatchObject({ met: false });
  });

  it('of a limit needs no other side', () => {
    const goal = { kind: 'limit', most: 12_000 } as const;
    expect(judge(goal, 'bytes', of(8693), null)).toEqual({ goal: '≤ 12,000 bytes', figure: '8,693 bytes', met: true });
  });

  it('is not met by what was not measured', () => {
    expect(judge({ kind: 'within', times: 2 }, 's', of(), of(1)).met).toBe(false);
    expect(judge({ kind: 'faster', times: 2 }, 's', of(1), of()).met).toBe(false);
    expect(judge({ kind: 'limit', most: 2 }, 's', of(), null).met).toBe(false);
  });
});

describe('a figure', () => {
  it.each([
    [0.012345, '0.0123'],
    [1.2, '1.2'],
    [99.94, '99.9'],
    [12345.6, '12,346'],
    [Number.NaN, '–'],
  ])('%d is told as %s', (value, text) => expect(number(value)).toBe(text));
});
