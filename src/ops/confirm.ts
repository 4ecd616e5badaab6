import type { Op } from './types.ts';

/** Records that the release serves and is healthy: from here on it is proven, and a reboot keeps it. */
export const confirm: Op = {
  name: 'confirm',
  request: () => ({}),
  changes: ({ release }) => [
    { kind: 'file', path: `state/${release.id}.json`, action: 'change', note: 'proven' },
    { kind: 'file', path: 'serving.json', action: 'change', note: 'confirmed' },
  ],
  byHand: () => ['# nothing more: serving.json, as the switch wrote it by hand, is confirmed'],
  putBack: () => [],
};
