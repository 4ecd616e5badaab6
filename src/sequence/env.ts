import { defaultSequence, envJob, renewJob } from './default.ts';
import type { BuiltinJob, BuiltinName } from './types.ts';

const names: readonly BuiltinName[] = ['verify', 'switch', 'restart', 'health', 'confirm', 'prune'];

/** Ops that no other change has. */
export const ofSecretsAlone: readonly string[] = ['env', 'renew'] satisfies BuiltinName[];

/**
 * What setting secrets runs: a release is made anew of what serves, and brought into service. As with a rollback, jobs of the
 * application's own are none of it: its code is the same. Where nothing serves: the values are kept, for the first deploy.
 */
export const envSequence = (serves: boolean): readonly BuiltinJob[] =>
  serves ? [envJob, renewJob, ...defaultSequence.filter(({ op }) => names.includes(op.name))] : [envJob];
