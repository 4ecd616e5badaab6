import { median, ratios } from '../measure/statistics.ts';
import type { Figures, Goal } from '../types.ts';

export interface Judged {
  /** As the page says it: `≤ 1.4×`, `≥ 4× faster`, `≤ 40 MB`. */
  readonly goal: string;
  /** What came of it, in the same words. */
  readonly figure: string;
  readonly met: boolean;
}

/** A goal beside what was measured, by the median. `theirs` is the other side of a ratio. */
export function judge(goal: Goal, unit: string, ours: Figures, theirs: Figures | null): Judged {
  if (goal.kind === 'limit') {
    const value = median(ours.values);
    return { goal: `≤ ${number(goal.most)} ${unit}`, figure: `${number(value)} ${unit}`, met: value <= goal.most };
  }
  const [upper, lower] = goal.kind === 'within' ? [ours, theirs] : [theirs, ours];
  const ratio = median(ratios(upper?.values ?? [], lower?.values ?? []));
  return goal.kind === 'within'
    ? { goal: `≤ ${goal.times}×`, figure: `${times(ratio)}`, met: ratio <= goal.times }
    : { goal: `≥ ${goal.times}× faster`, figure: `${times(ratio)} faster`, met: ratio >= goal.times };
}

/** Three digits that mean something; whole numbers are not cut. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export const times = (ratio: number): string => `${ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`;
