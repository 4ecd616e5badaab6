import { ConcError } from '../errors/conc-error.ts';
import type { ChangeRecord } from '../release/types.ts';

/** A change is on the node already: who, since when, at which job, and what a person can do. */
export function blockedByChange(node: string, change: ChangeRecord): ConcError {
  const { state, kind, by, since, job, release, heard, controller } = change;
  const where = job === null ? '' : `; job ${job.index} of ${job.of}, ${job.name}`;
  const ago = heard === null ? '' : `${Math.round(heard)} s ago`;
  const last = ago === '' ? '' : controller === 'lost' ? `; its controller was lost ${ago}` : `; last heard ${ago}`;
  return new ConcError({
    code: `change.${state}`,
    message: `${node} is BLOCKED: ${what[state]}\n${kind} of ${release} by ${by} since ${since}${where}${last}`,
    state: 'nothing was changed',
    hint:
      state === 'running'
        ? `${controller === 'lost' ? `go along with it: conc continue ${node} · ` : ''}watch it: conc status ${node} --follow`
        : `go on with it: conc continue ${node} · give it up: conc abandon ${node}`,
    exit: 3,
  });
}

const what = {
  running: 'a change is running',
  halted: 'a change was halted',
  interrupted: 'a change was interrupted',
} as const;
