import { quote } from './shell.ts';
import type { Change, Op } from './types.ts';

/** Removes releases that nothing needs: never the current one, the proven ones that are kept, the last failed one, or a live one. */
export const prune: Op = {
  name: 'prune',
  request: ({ settings }) => ({ keep: settings.keep }),
  changes: (change) => surplus(change).map((id) => ({ kind: 'file', path: `releases/${id}/`, action: 'remove' })),
  byHand: (change) => {
    const ids = surplus(change);
    return ids.length === 0
      ? ['# nothing to remove']
      : ids.map((id) => `rm -r ${quote(change.survey.root)}/releases/${id}`);
  },
  putBack: () => [],
};

/** What would go once the change is proven, newest kept. The agent decides anew, under the releases' locks. */
function surplus({ survey, settings, release, from }: Change): string[] {
  const others = survey.releases.filter(({ id }) => id !== release.id && id !== from);
  const proven = others.filter(({ state }) => state === 'proven').toSorted(byNumber);
  const kept = new Set(proven.slice(0, Math.max(0, settings.keep - (from === null ? 0 : 1))).map(({ id }) => id));
  const lastFailed = others.filter(({ state }) => state === 'failed').toSorted(byNumber)[0]?.id;
  return others.filter(({ id, live }) => !live && !kept.has(id) && id !== lastFailed).map(({ id }) => id);
}

const byNumber = (a: { id: string }, b: { id: string }): number => numberOf(b.id) - numberOf(a.id);
const numberOf = (id: string): number => Number.parseInt(id.slice(1), 10);
