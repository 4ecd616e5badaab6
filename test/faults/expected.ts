import type { Phase } from './journal.ts';

/**
 * What a node comes to by itself after a fault, before anybody does anything.
 *
 * - `former`: the release that served before serves, and no change is open.
 * - `former, open`: the same, and the change waits for `continue` or `abandon`.
 * - `new`: the new release serves, proven, and no change is open.
 * - `new, open`: the same, and what comes after the confirmation waits.
 * - `on trial, open`: the new release serves, not confirmed: only where nothing can be written any more.
 */
export type End = 'former' | 'former, open' | 'new' | 'new, open' | 'on trial, open';

type Row = Record<Phase, readonly End[]>;

function everywhere(...ends: readonly End[]): Row {
  const [none, before, unit, confirming, undoing, confirmed, closing] = Array(7).fill(ends);
  return { none, before, unit, confirming, undoing, confirmed, closing };
}

/** The faults of the matrix. What each is stands in faults.ts; what may come of it, here. */
const EXPECTED = {
  /** Before the switch the running job ends, then the change halts. In the unit it is undone; after it nobody is needed. */
  'kill -9 controller': {
    none: ['former'],
    before: ['former, open'],
    unit: ['former'],
    confirming: ['former', 'new'],
    undoing: ['former'],
    confirmed: ['new'],
    closing: ['former', 'new'],
  },
  /** sshd, or nobody, hears of it first: the agent may go on into the unit, where the confirmation finds nobody. */
  'link silent': {
    none: ['former', 'former, open'],
    before: ['former, open', 'former'],
    unit: ['former'],
    confirming: ['former', 'new'],
    undoing: ['former'],
    confirmed: ['new'],
    closing: ['former', 'new'],
  },
  /** Nobody is there to end it: interrupted. In the unit the guard undoes. What is confirmed stays. */
  'kill -9 agent': {
    none: ['former', 'new'],
    before: ['former, open'],
    unit: ['former'],
    confirming: ['former', 'new, open'],
    undoing: ['former'],
    confirmed: ['new, open'],
    closing: ['former', 'new', 'new, open', 'former, open'],
  },
  /** The first finishes the running job and halts; in the unit it waits for its end. */
  'Ctrl-C': {
    none: ['former'],
    before: ['former, open'],
    unit: ['new, open'],
    confirming: ['new, open', 'new'],
    undoing: ['former'],
    confirmed: ['new, open', 'new'],
    closing: ['former', 'new'],
  },
  /** The second ends the job: before the switch it failed, in the unit it is undone, after it nothing is lost. */
  'Ctrl-C twice': {
    none: ['former'],
    before: ['former', 'former, open'],
    unit: ['former'],
    confirming: ['former', 'new', 'new, open'],
    undoing: ['former'],
    confirmed: ['new', 'new, open'],
    closing: ['former', 'new'],
  },
  /** The job fails for want of room, which is told; in the unit the room kept for it undoes. */
  'disk full': {
    none: ['former'],
    before: ['former'],
    unit: ['former', 'new'],
    confirming: ['former', 'new'],
    undoing: ['former'],
    confirmed: ['new', 'new, open'],
    closing: ['former', 'new', 'former, open', 'new, open'],
  },
  /** Nothing can be written any more, no undo either: what served last serves, and what waits is told until it is mended. */
  'disk read-only': {
    none: ['former'],
    before: ['former, open'],
    unit: ['former, open', 'on trial, open'],
    confirming: ['on trial, open', 'new, open'],
    undoing: ['former, open', 'on trial, open'],
    confirmed: ['new, open'],
    closing: ['new, open', 'new', 'former, open', 'former'],
  },
  /** The node that goes on is not touched: a copy of its disk is looked at, see `endsAfterPowerLoss`. */
  'power loss': everywhere('new'),
  /** BLOCKED while the first is there; before and after, it is a deploy like any other. */
  'second controller': everywhere('new'),
  /** A wheel that is not what the manifest says is refused by the node. Once it has come over, the bundle is not read. */
  'bundle altered in transit': { ...everywhere('new'), none: ['former'], before: ['former', 'new'] },
  'bundle altered at rest': everywhere('former'),
  /** Verify compares what was installed with the manifest before anything is switched. */
  'installed file altered': everywhere('former'),
  /** Order is by number, deadlines are by the monotonic clock: nothing at all. */
  'clocks a day ahead': everywhere('new'),
  'clocks a day behind': everywhere('new'),
  'controller a day ahead': everywhere('new'),
  'controller a day behind': everywhere('new'),
  /**
   * Neither release can be started any more. One process at a time is restarted, and the first that doesn't come up ends it, so
   * the others go on with what they have in memory. The undo points back, and waits to be done again once it is mended.
   */
  'python3 removed': {
    none: ['former'],
    before: ['former', 'former, open'],
    unit: ['former, open', 'former', 'new'],
    confirming: ['new', 'former', 'former, open'],
    undoing: ['former', 'former, open'],
    confirmed: ['new', 'new, open'],
    closing: ['former', 'new', 'new, open', 'former, open'],
  },
} satisfies Record<string, Row>;

const SAME_AS: Readonly<Record<string, keyof typeof EXPECTED>> = {
  'kill -9 ssh': 'link silent',
  'link cut': 'link silent',
  'SIGSTOP ssh': 'link silent',
  'python3 replaced': 'python3 removed',
  'Ctrl-C thrice': 'Ctrl-C twice',
  SIGTERM: 'Ctrl-C',
  SIGHUP: 'Ctrl-C',
};

/** The ends that are allowed for a fault that struck within these phases. */
export function allowedEnds(fault: string, phases: readonly Phase[]): readonly End[] {
  const table: Partial<Record<string, Row>> = EXPECTED;
  const row = table[SAME_AS[fault] ?? fault];
  if (row === undefined) throw new Error(`nothing is written down of what comes of "${fault}"`);
  return [...new Set(phases.flatMap((phase) => row[phase]))];
}

/**
 * What a node comes to that boots after a power loss: what was not confirmed is not started (invariant 3), whatever
 * `current` says; the change waits, where its beginning had reached the disk.
 */
const AFTER_POWER_LOSS: Row = {
  none: ['former'],
  before: ['former', 'former, open'],
  unit: ['former, open'],
  confirming: ['former, open', 'new, open'],
  undoing: ['former, open', 'former'],
  confirmed: ['new, open'],
  closing: ['new, open', 'new'],
};

export const endsAfterPowerLoss = (phases: readonly Phase[]): readonly End[] => [
  ...new Set(phases.flatMap((phase) => AFTER_POWER_LOSS[phase])),
];
