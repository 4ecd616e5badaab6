import { ConcError } from '../errors/conc-error.ts';
import type { Target } from './types.ts';

/** A session that was there and is no more. What became of a call is not known from here. */
export function sessionLost(target: Target, why: string, words: readonly string[]): ConcError {
  return new ConcError({
    code: 'gateway.lost',
    message: `the connection to ${target.node} was lost: ${why}`,
    hint: `see what the node does: conc status ${target.node}`,
    evidence: words.slice(-20),
    exit: 1,
  });
}
