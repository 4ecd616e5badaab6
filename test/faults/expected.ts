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

/** The faults of the matrix. What each is stands in faults.ts; what may come of it, here. */
export const EXPECTED = {
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
} satisfies Record<string, Record<Phase, readonly End[]>>;

const SAME_AS: Readonly<Record<string, keyof typeof EXPECTED>> = {
  'kill -9 ssh': 'link silent',
  'link cut': 'link silent',
  'SIGSTOP ssh': 'link silent',
  'Ctrl-C thrice': 'Ctrl-C twice',
  SIGTERM: 'Ctrl-C',
  SIGHUP: 'Ctrl-C',
};

/** The ends that are allowed for a fault that struck within these phases. */
export function allowedEnds(fault: string, phases: readonly Phase[]): readonly End[] {
  const table: Partial<Record<string, Record<Phase, readonly End[]>>> = EXPECTED;
  const row = table[SAME_AS[fault] ?? fault];
  if (row === undefined) throw new Error(`nothing is written down of what comes of "${fault}"`);
  return [...new Set(phases.flatMap((phase) => row[phase]))];
}
