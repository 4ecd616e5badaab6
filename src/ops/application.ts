import type { Json } from '../gateway/types.ts';
import type { ApplicationJob } from '../sequence/types.ts';
import type { Change, Effect } from './types.ts';

/** A job of the application's own, as the controller sees it: its op's code is known to workers alone. */
export interface ApplicationStep {
  /** The agent's op: `call` runs it on the node, `near` has the controller run it. */
  readonly op: 'call' | 'near';
  readonly request: Json;
  /** As shell words, with this node's attributes. */
  readonly sudoCommands: readonly string[];
  readonly changes: readonly Effect[];
  readonly byHand: readonly string[];
}

/** What such a job asks of the agent, and what it says of itself, with `${key}` for this node's attributes. */
export function applicationStep(job: ApplicationJob, change: Change): ApplicationStep {
  const { name, where, phase, sudo, undo, plan, byHand } = job;
  const sudoCommands = job.sudoCommands.map((line) => substitute(line, job, change));
  const { position, calls } = job.op;
  const fill = (line: string): string => substitute(line, job, change);
  return {
    op: where === 'remote' ? 'call' : 'near',
    request: { name, position, calls, sudo, sudoCommands, undo, once: phase === 'once' },
    sudoCommands,
    changes: plan === null ? [{ kind: 'unknown', calls }] : plan.map((line) => ({ kind: 'told', text: fill(line) })),
    byHand: byHand === null ? [`# conc can't tell: it calls ${calls}`] : byHand.map(fill),
  };
}

/** As conc.ini has it: `${key}`, and `$$` for a dollar. A key that isn't there stays as it is written. */
function substitute(line: string, { where }: ApplicationJob, { settings, survey, release }: Change): string {
  const own: Record<string, string> = {
    name: settings.name,
    host: where === 'remote' ? settings.name : 'localhost',
    venv: `${survey.root}/releases/${release.id}/venv`,
    root: survey.root,
  };
  return line.replace(/\$(?:\$|\{([^}]+)\})/g, (found, key?: string) =>
    key === undefined ? '$' : (own[key] ?? settings.attributes[key.toLowerCase()] ?? found),
  );
}
