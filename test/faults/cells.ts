import type { Cell } from './cell.ts';
import type { Fault } from './faults.ts';
import { JOBS, type Moment } from './moments.ts';
import type { Random } from './random.ts';

type Draft = Omit<Cell, 'number' | 'next'>;

/** Not every deploy takes as long as another: what strikes later may come too late. */
const LATEST = 0.9;

/** Every boundary of a job, and a moment at random inside each. */
export const everyJob = (faults: readonly Fault[], random: Random): Draft[] =>
  faults.flatMap((fault) =>
    JOBS.flatMap((job): Draft[] => [
      { fault, moment: { kind: 'at', job } },
      { fault, moment: { kind: 'in', job, part: LATEST * random() } },
    ]),
  );

/** Moments at random in the whole of a deploy, so many of each fault. */
export const atRandom = (faults: readonly Fault[], count: number, random: Random): Draft[] =>
  faults.flatMap((fault) =>
    Array.from({ length: count }, (): Draft => ({ fault, moment: { kind: 'random', part: LATEST * random() } })),
  );

export const eachOnce = (faults: readonly Fault[], moments: readonly Moment[]): Draft[] =>
  faults.flatMap((fault) => moments.map((moment) => ({ fault, moment })));

/** Numbered from `first`, and with the command to go on with drawn for each. */
export const numbered = (drafts: readonly Draft[], random: Random, first = 1): Cell[] =>
  drafts.map((draft, at) => ({ ...draft, number: at + first, next: random() < 0.5 ? 'continue' : 'abandon' }));

export const inEveryJob = (faults: readonly Fault[], random: Random): Draft[] =>
  everyJob(faults, random).filter(({ moment }) => moment.kind === 'in');
