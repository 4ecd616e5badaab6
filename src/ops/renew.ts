import { quote } from './shell.ts';
import type { Op } from './types.ts';

/** Makes a release anew of what the one that serves has: wheels from the node's store, its rendered etc tree. Nothing is sent. */
export const renew: Op = {
  name: 'renew',
  request: ({ release, secrets }) => ({ source: secrets?.source ?? '', record: release }),
  changes: ({ release, secrets }) => [
    {
      kind: 'file',
      path: `releases/${release.id}/`,
      action: 'add',
      note: `a fresh venv of what ${secrets?.source} has`,
    },
  ],
  byHand: ({ survey, release, settings }) => [
    `${quote(settings.python)} -m venv --without-pip ${quote(survey.root)}/releases/${release.id}/venv`,
    '# and into it, from its bundle, what the release that serves has',
  ],
  putBack: ({ survey, release }) => [`rm -r ${quote(survey.root)}/releases/${release.id}`],
};
