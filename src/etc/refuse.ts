import { ConcError } from '../errors/conc-error.ts';
import { below } from './compare.ts';
import { CRONTAB, placeIn } from './crontab.ts';
import type { EtcPlan, EtcSurvey, EtcWishes } from './types.ts';

/** Nothing of a node is changed where a file of its configuration is someone else's: ConcError `etc.blocked` (exit 3). */
export function refuseBlocked(node: string, { root, entries }: EtcPlan): void {
  const blocked = entries.filter(({ action }) => action === 'blocked');
  if (blocked.length === 0) return;
  const [{ path: one } = { path: '' }] = blocked;
  const first = one === CRONTAB ? CRONTAB : `${root}/${one}`;
  throw new ConcError({
    code: 'etc.blocked',
    message: `${node} is BLOCKED: ${blocked.length === 1 ? 'a file' : `${blocked.length} files`} of its configuration can't be placed unasked`,
    evidence: blocked.map(({ path, why }) => `${placeIn(root, path)} ${why}`),
    state: 'nothing was changed',
    hint: `See it: conc plan ${node} --diff. Take it into the project; or replace it: --overwrite ${first}; or leave it as it is: --accept-foreign ${first}`,
    exit: 3,
  });
}

/** That what a person names is in the tree, or was: ConcError `etc.no-such-path` (exit 2). */
export function checkWishes(wishes: EtcWishes, survey: EtcSurvey | null): void {
  const known = new Set(Object.keys(survey?.paths ?? {}));
  const wrong = [...wishes.accept, ...wishes.overwrite].filter((path) => !known.has(below(path, survey?.root ?? '')));
  if (wrong.length === 0) return;
  throw new ConcError({
    code: 'etc.no-such-path',
    message: `${wrong.join(', ')}: not in the etc tree of this node, nor written by conc before`,
    state: 'nothing was changed',
    hint: 'conc plan NODE names the paths',
    exit: 2,
  });
}

/** Files in two places would be nobody's: ConcError `etc.root-changed` (exit 3). */
export function refuseElsewhere(node: string, { root, elsewhere }: EtcSurvey): void {
  if (elsewhere === null) return;
  throw new ConcError({
    code: 'etc.root-changed',
    message: `${node} is BLOCKED: etc.root is ${root}, and what conc wrote before is in ${elsewhere}`,
    state: 'nothing was changed',
    hint: `Deploy once without an etc tree and with etc.root = ${elsewhere}, which takes it away there`,
    exit: 3,
  });
}
