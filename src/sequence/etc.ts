import { etcJob } from './default.ts';
import type { FrozenJob } from './types.ts';

/** The sequence with the job `etc` where it is needed: where it says itself, else right after the switch. */
export function withEtc(sequence: readonly FrozenJob[], needed: boolean): readonly FrozenJob[] {
  const named = sequence.some(isEtc);
  if (!needed) return named ? sequence.filter((job) => !isEtc(job)) : sequence;
  const at = sequence.findIndex(({ op }) => op.kind === 'builtin' && op.name === 'switch');
  return named || at < 0 ? sequence : sequence.toSpliced(at + 1, 0, etcJob);
}

const isEtc = ({ op }: FrozenJob): boolean => op.kind === 'builtin' && op.name === 'etc';
