import { defaultOf } from '../keys.ts';
import type { Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/** Watching processes that conc starts, for less time than a switch may wait for its confirmation. */
export function healthProblems({ attributes, problem, whole }: NodeView): Problem[] {
  const stays = attributes.get('health.stays_up');
  if (stays === undefined || !(Number(stays.value) > 0) || !whole) return [];
  const within = attributes.get('confirm.within')?.value ?? defaultOf('confirm.within') ?? '';
  const problems: Problem[] = [];
  if ((attributes.get('service')?.value ?? defaultOf('service')) === 'none') {
    const message = `health.stays_up = ${stays.value}: with service = none conc knows of no process`;
    problems.push(problem('config.bad-value', stays, message, 'Remove it, or choose a service'));
  }
  if (Number(stays.value) >= Number(within)) {
    const message = `health.stays_up = ${stays.value}: the switch is undone before that, confirm.within being ${within}`;
    problems.push(problem('config.bad-value', stays, message, 'Write fewer seconds, or a longer confirm.within'));
  }
  return problems;
}
