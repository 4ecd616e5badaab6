import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/timings/rows.ts';
import { timingsTable } from '../../src/timings/table.ts';
import { AHEAD, BEGAN, left, story } from './story.ts';

const timings = story();
const [first, second] = timings.connections;
if (first === undefined || second === undefined) throw new Error('the story has two connections');
const phase = (name: string) => first.phases.find((each) => each.name === name);

describe('the phases of a connection', () => {
  it('follow each other without a gap, and sum up to the whole', () => {
    expect(first.phases.map(({ name }) => name)).toEqual(
      'connect bootstrap here inventory here run here goodbye'.split(' '),
    );
    let reached = first.start;
    for (const { start, wall } of first.phases) {
      expect(start).toBeCloseTo(reached, 9);
      reached = start + wall;
    }
    for (const figure of ['wall', 'here', 'node', 'programs', 'sent', 'received', 'trips'] as const)
      expect(left(first.whole, first.phases, figure)).toBeCloseTo(0, 9);
  });

  it('tell the way to the node from the start of its interpreter, where the node says when that was', () => {
    const parts = phase('connect')?.parts.map(({ name, start, wall }) => [name, start.toFixed(2), wall.toFixed(2)]);
    expect(parts).toEqual([
      ['log-in', '0.50', '0.20'],
      ['interpreter', '0.70', '0.20'],
    ]);
  });

  it('have what the node used before it was asked first in their bootstrap', () => {
    expect(phase('bootstrap')).toMatchObject({ node: 0.08, trips: 1, received: 900 });
  });

  it('have bytes and waits where they came about: a module that was asked for, a wheel that was wanted', () => {
    expect(phase('inventory')).toMatchObject({ sent: 3000, received: 400, trips: 2 });
    expect(phase('run')).toMatchObject({ sent: 100_050, trips: 2, node: 0.9, programs: 0.7 });
  });

  it('have jobs with the figures of both ends', () => {
    const [deliver, install] = phase('run')?.parts ?? [];
    expect(deliver).toMatchObject({ name: 'deliver', side: 'node', node: 0.15, sent: 100_000, received: 30, trips: 1 });
    expect([deliver?.wall, deliver?.here].map((value) => value?.toFixed(3))).toEqual(['0.500', '0.400']);
    expect(Math.abs((deliver?.start ?? 0) - 1.6)).toBeLessThanOrEqual(first.mapping?.within ?? 0);
    expect(install?.parts.map(({ name }) => name)).toEqual(['link', 'unpack', 'link']);
  });
});

describe("the node's clock", () => {
  it('is set beside the one here by what must have come before what', () => {
    const { offset, within } = first.mapping ?? { offset: 0, within: 0 };
    // Seconds of the node's, less this, are seconds since the command began.
    expect(Math.abs(offset + AHEAD + BEGAN)).toBeLessThanOrEqual(within);
    expect(within).toBeLessThan(0.02);
  });
});

describe('the whole command', () => {
  it('is what lies before, within and beside its connections', () => {
    expect(second).toMatchObject({ inner: true, mapping: null });
    expect(first.inner).toBe(false);
    const { before, after, wall, here } = timings;
    expect(before).toEqual({ wall: 0.5, here: 0.3 });
    expect(before.wall + first.whole.wall + after.wall).toBeCloseTo(wall, 9);
    expect(before.here + (first.whole.here ?? 0) + after.here).toBeCloseTo(here, 9);
  });
});

describe('the table', () => {
  const rows = rowsOf(first.phases);

  it('puts together what a job did twice, and says what its parts leave of it', () => {
    const at = rows.findIndex(({ name }) => name === 'install');
    const below = rows.slice(at, at + 4).map(({ name, depth, wall, node }) => [name, depth, wall.toFixed(2), node]);
    expect(below.map(([name, depth, wall]) => [name, depth, wall])).toEqual([
      ['install', 1, '1.00'],
      ['link', 2, '0.20'],
      ['unpack', 2, '0.40'],
      ['rest', 2, '0.40'],
    ]);
  });

  it('adds up on every level', () => {
    const leftOf = rows.map((row, at) => {
      const until = rows.findIndex(({ depth }, other) => other > at && depth <= row.depth);
      const inner = rows.slice(at + 1, until < 0 ? undefined : until).filter(({ depth }) => depth === row.depth + 1);
      return inner.length === 0 ? 0 : left(row, inner, 'wall');
    });
    expect(Math.max(...leftOf.map(Math.abs))).toBeLessThan(1e-9);
  });

  it('is lines for a person: the command, each connection, and how well the clocks agree', () => {
    const lines = timingsTable(timings);
    expect(lines).toContainEqual(
      expect.stringMatching(/^where the time went +wall +CPU here +CPU there +programs +sent/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^before connecting +0\.500 +0\.300$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^ {4}deliver +0\.500 +0\.400 +0\.150 +0\.000 +100 kB +30 B +1$/),
    );
    expect(lines).toContainEqual(expect.stringMatching(/^web1, beside the above +0\.035 +0\.020$/));
    expect(lines).toContainEqual(expect.stringMatching(/^the whole command +3\.500/));
    expect(lines.at(-1)).toMatch(/^the clock of web1 is set beside this one's to within \d+\.\d ms$/);
    expect(lines.join('\n')).not.toContain('not accounted for');
  });
});
