import { staticJob } from './default.ts';
import type { BuiltinName, FrozenJob } from './types.ts';

/** The sequence with the job `static` where it is needed: where it says itself, else after `verify`, else before the switch. */
export function withStatic(sequence: readonly FrozenJob[], needed: boolean): readonly FrozenJob[] {
  const named = at(sequence, 'static') >= 0;
  if (!needed) return named ? sequence.filter(({ op }) => op.kind !== 'builtin' || op.name !== 'static') : sequence;
  const verify = at(sequence, 'verify');
  const place = verify >= 0 ? verify + 1 : at(sequence, 'switch');
  return named || place < 0 ? sequence : sequence.toSpliced(place, 0, staticJob);
}

const at = (sequence: readonly FrozenJob[], name: BuiltinName): number =>
  sequence.findIndex(({ op }) => op.kind === 'builtin' && op.name === name);
