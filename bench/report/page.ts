import type { Machine } from '../measure/machine.ts';
import type { Growth, Outcome } from '../types.ts';
import { growthText } from './growth-text.ts';
import { goalsText, rowText, table } from './row-text.ts';

export interface PageParts {
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly outcomes: readonly Outcome[];
  readonly growths: readonly Growth[];
  readonly rounds: number;
  /** Why these figures are for trying the harness only; null: they are meant. */
  readonly caution: string | null;
  /** The plot of a growth, relative to the page. */
  readonly plotOf: (name: string) => string;
}

/** docs/performance.md. */
export function renderPage({ machine, versions, outcomes, growths, rounds, caution, plotOf }: PageParts): string {
  return `${[
    '# Performance',
    '<!-- Made by `npm run bench`. Not edited by hand. -->',
    ...(caution === null ? [] : [`**${caution}**`]),
    INTRODUCTION.replace('ROUNDS', String(rounds)),
    '## Goals',
    goalsText(outcomes),
    '## Where it was measured',
    table(
      ['', ''],
      [
        ...Object.entries(machine).map(([name, text]) => [name, text]),
        ...Object.entries(versions).map(([name, text]) => [name, text]),
      ],
    ),
    '## Row by row',
    ...outcomes.map(rowText),
    ...(growths.length === 0
      ? []
      : ['## How cost grows', GROWTH, ...growths.map((each) => growthText(each, plotOf(each.maker.name)))]),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `conc beside its peers, on one machine, in one run of \`npm run bench\`. Each of ROUNDS rounds (fewer where a row says so) runs every side of a row once, one directly
after the other; every other round turns the order around. A ratio is taken within a round, and its median is told: figures of different rounds, rows or
machines are not compared. The sides' steps are spelt out, so that you see what is equal work and what is not; the peers' own files are in
\`bench/peers/\`. conc does it all: lock, journal, hashes, tests of what it placed.

The services of these deploys are \`none\`: what a restart costs is the application's own, and a mark stands for it on both sides.

*Flushes* are calls of fsync, fdatasync, syncfs and sync, by all processes of a side on both ends, counted by strace in a run of their own. They cost next to nothing on tmpfs; on a disk
they are what makes a change outlive a power loss.`;

const GROWTH = `Medians of what one run takes. Both axes are logarithmic: the dotted line is linear growth. The exponent is of the upper half of the range,
where what every run costs hides less. Nothing should grow faster than what it is counted in.`;
