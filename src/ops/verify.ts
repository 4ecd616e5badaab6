import { quote } from './shell.ts';
import type { Op } from './types.ts';

/** Compares every file of the release with what the manifest and the store say of it. */
export const verify: Op = {
  name: 'verify',
  request: ({ acceptDrift }) => (acceptDrift === true ? { acceptDrift } : {}),
  changes: ({ release, settings }) => [
    {
      kind: 'reads',
      what: `every file of releases/${release.id}${settings.sharesVendors ? ", and of the vendors' tree that it shares" : ''}`,
    },
  ],
  byHand: ({ survey, release }) => [
    `pip --python ${quote(survey.root)}/releases/${release.id}/venv/bin/python check   # with a pip of your own`,
  ],
  putBack: () => [],
};
