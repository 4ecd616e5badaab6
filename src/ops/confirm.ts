import type { Change, Op } from './types.ts';

/** Records that the release serves and is healthy, and that the node is still reached: from here on it is proven, and a reboot keeps it. */
export const confirm: Op = {
  name: 'confirm',
  request: (change) => ({ within: change.settings.confirmWithin, fresh: byNewConnection(change) }),
  changes: (change) => [
    ...(byNewConnection(change)
      ? [{ kind: 'reads' as const, what: `the node again, by a new connection${why(change)}` }]
      : []),
    { kind: 'file', path: `state/${change.release.id}.json`, action: 'change', note: 'proven' },
    { kind: 'file', path: 'serving.json', action: 'change', note: 'confirmed' },
  ],
  byHand: () => ['# nothing more: serving.json, as the switch wrote it by hand, is confirmed'],
  putBack: () => [],
};

const byNewConnection = ({ settings, touches = [] }: Change): boolean => settings.confirmFresh || touches.length > 0;

const why = ({ touches = [] }: Change): string => (touches.length === 0 ? '' : `: ${touches.join(', ')} may change`);
