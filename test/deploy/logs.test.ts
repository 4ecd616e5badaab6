import { describe, expect, it } from 'vitest';
import { byTime, timeOf } from '../../src/deploy/logs.ts';

describe('when a line was written', () => {
  it.each([
    ['[2026-11-21 17:52:23 +0000] [12] [INFO] Booting', '2026-11-21T17:52:23.000Z'],
    ['2026-11-21T17:52:23.5+01:00 x', '2026-11-21T16:52:23.500Z'],
    ['2026-11-21 17:52:23,123 INFO', '2026-11-21T17:52:23.123Z'],
    ['Traceback (most recent call last):', null],
    ['9999-99-99 99:99:99', null],
  ])('%s', (line, time) => {
    expect(timeOf(line)).toBe(time === null ? null : Date.parse(time));
  });
});

describe('lines of several nodes', () => {
  it('are in order of time; what has none stays behind its own', () => {
    const of = (node: string, ...lines: string[]) => lines.map((line) => ({ node, log: 'web', line }));
    const lines = [
      ...of('a', '2026-11-21 10:00:01 one', 'more of one', '2026-11-21 10:00:05 five'),
      ...of('b', '2026-11-21 10:00:03 three', 'more of three'),
    ];
    expect(byTime(lines).map(({ line }) => line.replace(/^.*:\d\d /, ''))).toEqual([
      'one',
      'more of one',
      'three',
      'more of three',
      'five',
    ]);
  });
});
