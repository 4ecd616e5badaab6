import type { LockSettings, NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf } from '../digest.ts';

/** What is locked where conc.ini says nothing. */
export const noChoice: LockSettings = { requirements: [], extras: [], groups: [], devops: undefined };

/** What conc.ini says of the lock: one lock serves every node, so all must say the same. ConcError `lock.choice`. */
export function lockChoice(nodes: readonly Pick<NodeSettings, 'name' | 'lock'>[]): LockSettings {
  const [first, ...others] = nodes;
  if (first === undefined) return noChoice;
  const other = others.find(({ lock }) => digestOf({ lock }) !== digestOf({ lock: first.lock }));
  if (other === undefined) return first.lock;
  throw new ConcError({
    code: 'lock.choice',
    message: `${first.name} and ${other.name} differ in their lock.… keys, and one lock serves every node`,
    hint: 'Write them into [DEFAULT]',
    exit: 2,
  });
}
