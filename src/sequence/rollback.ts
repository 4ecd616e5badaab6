import { defaultSequence } from './default.ts';
import type { BuiltinJob, BuiltinName } from './types.ts';

const names: readonly BuiltinName[] = ['verify', 'switch', 'restart', 'health', 'confirm'];

/** What a rollback runs: the release is on the node, so nothing is delivered or installed, and nothing is pruned. */
export const rollbackSequence: readonly BuiltinJob[] = defaultSequence.filter(({ op }) => names.includes(op.name));
