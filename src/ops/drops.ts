import type { Change, Effect } from './types.ts';

/** A listening socket can't be renewed under the processes that have it: where one changes, connections drop. */
export function drops({ release, survey: { service } }: Change): Effect[] {
  return Object.entries(service.listening).flatMap(([name, now]) => {
    const wanted = release.processes.find((process) => process.name === name);
    const to = wanted?.listen ?? null;
    if (to !== now.listen) {
      return [drop(`${name} listens at ${now.listen} now, and then ${to === null ? 'nowhere' : `at ${to}`}`)];
    }
    const count = wanted?.count ?? 0;
    const other = now.count !== null && now.count !== count;
    return other ? [drop(`${name} has ${now.count} processes at its socket now, and then ${count}`)] : [];
  });
}

const drop = (why: string): Effect => ({ kind: 'notice', text: `connections drop: ${why}` });
