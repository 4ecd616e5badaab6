import { defaultSequence } from './default.ts';
import type { BuiltinName, FrozenJob } from './types.ts';

const names: readonly BuiltinName[] = ['verify', 'switch', 'restart', 'health', 'confirm'];

/** What a rollback runs: the release is on the node, so nothing is delivered or installed, and nothing is pruned. */
export const rollbackSequence: readonly FrozenJob[] = defaultSequence.filter(({ op }) => names.includes(op.name));
