import type { Outcome } from './events.ts';

/** What one node's outcome makes of the exit code. */
export const exits: Readonly<Record<Outcome, 0 | 1 | 3 | 4>> = {
  proven: 0,
  stopped: 0,
  done: 0,
  abandoned: 0,
  undone: 1,
  failed: 1,
  broken: 1,
  error: 1,
  lost: 1,
  blocked: 3,
  halted: 4,
  untouched: 4,
};

/** Over several nodes: the first of 1, 3, 4, 0 that occurred (product.md, "The commands"). */
export function exitOf(outcomes: readonly Outcome[]): 0 | 1 | 3 | 4 {
  const occurred = new Set(outcomes.map((outcome) => exits[outcome]));
  return ([1, 3, 4] as const).find((code) => occurred.has(code)) ?? 0;
}
