import type { Candidates } from './candidates.ts';
import { serverFor } from './server.ts';
import type { Candidate, PlannedProcess } from './types.ts';

/** What conc.ini will start; and where that is not for a program to choose, what there is to choose from. */
export interface Choice {
  /** Those that were chosen. */
  readonly chosen: readonly Candidate[];
  readonly processes: readonly PlannedProcess[];
  /** Each a process that could be the one: a commented line of conc.ini. Empty where all is decided. */
  readonly undecided: readonly PlannedProcess[];
  /** Distributions that serve them and that no requirement names yet. */
  readonly servers: readonly string[];
}

/**
 * One web application and one Celery application are what is served; console scripts where there is neither.
 * Several of a kind are for a person to choose from.
 */
export function choose({ web, workers, scripts }: Candidates, required: ReadonlySet<string>, listen: string): Choice {
  const daemons = web.length + workers.length === 0 ? scripts : [];
  const groups = [web, workers, daemons];
  const chosen = groups.flatMap((group) => (group.length === 1 ? group : []));
  const open = groups.flatMap((group) => (group.length > 1 ? group : []));
  const planned = (candidate: Candidate): PlannedProcess => plannedProcess(candidate, required, listen);
  const servers = chosen.flatMap((each) => (each.kind === 'script' ? [] : serverFor(each, required).missing));
  return { chosen, processes: chosen.map(planned), undecided: open.map(planned), servers: [...new Set(servers)] };
}

function plannedProcess(candidate: Candidate, required: ReadonlySet<string>, listen: string): PlannedProcess {
  const why = describe(candidate);
  const { kind, target } = candidate;
  if (kind === 'script') return { name: processName(target), command: target, listen: null, why };
  const { command } = serverFor(candidate, required);
  if (kind === 'celery') return { name: 'worker', command, listen: null, why, more: celeryLines(target) };
  return { name: 'web', command, listen, why };
}

/** A task may take its time, and a clock must be alone. Whether there is a schedule is known to those who wrote it. */
const celeryLines = (target: string): string[] => [
  'process.worker.drain = yes',
  'process.worker.stop_timeout = 600',
  '# Where it has a schedule, one clock for all nodes:',
  `# process.beat.command = celery --app ${target} beat --schedule ../../shared/celerybeat-schedule`,
  '# process.beat.singleton = yes',
];

const words = {
  django: 'a Django project',
  flask: 'a Flask application',
  quart: 'a Quart application',
  fastapi: 'a FastAPI application',
  starlette: 'a Starlette application',
  celery: 'a Celery application',
  script: 'a console script',
} as const;

/** `a Flask application, guestbook.web:app (src/guestbook/web.py:5)` */
export const describe = ({ kind, target, found, factory }: Candidate): string =>
  `${words[kind]}, ${target}${factory ? '()' : ''} (${found})`;

const processName = (script: string): string =>
  script
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, '-')
    .replace(/^[-_]+/, '') || 'daemon';
