import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type Seen, strangers } from './processes.ts';

/** Milliseconds. */
const LOOK = 150;
/** So many looks in a row nothing must be there: one process may be about to start another. */
const QUIET = 3;

/** Waits until nothing works on a root any more, and those processes are gone. What is left after `limit` seconds. */
export async function settle(root: string, pids: readonly number[], limit = 120): Promise<readonly Seen[]> {
  const end = Date.now() + limit * 1000;
  for (let quiet = 0; ; ) {
    const left = [
      ...strangers(root),
      ...pids.filter(isAlive).map((pid) => ({ pid, command: `${pid}`, by: 'it was started by conc' })),
    ];
    quiet = left.length === 0 ? quiet + 1 : 0;
    if (quiet === QUIET) return [];
    if (Date.now() > end) return left;
    await sleep(LOOK);
  }
}
