import { differs } from '../etc/compare.ts';
import type { ApplicationStep } from '../ops/application.ts';
import type { Change, Effect, Op } from '../ops/types.ts';
import type { ApplicationJob, BuiltinName, FrozenJob } from '../sequence/types.ts';

/** One job of a plan: a step of the sequence, with what it means for this node. */
export interface PlannedJob {
  /** From 1. */
  readonly index: number;
  readonly name: string;
  readonly where: FrozenJob['where'];
  readonly phase: FrozenJob['phase'];
  readonly sudo: boolean;
  /** What it needs sudo for, as shell words; none: nothing, or it does not say. */
  readonly sudoCommands: readonly string[];
  readonly again: FrozenJob['again'];
  readonly timeout: number | null;
  /** What becomes of it on the node where the controller is lost while it runs. */
  readonly drop: 'finish' | 'kill';
  /** The agent's op. */
  readonly op: BuiltinName | ApplicationStep['op'];
  readonly request: ReturnType<Op['request']>;
  readonly changes: readonly Effect[];
  readonly byHand: readonly string[];
  readonly putBack: readonly string[];
}

/** A whole change of one node as a value: what will be run is just this. */
export interface Plan {
  readonly node: string;
  readonly change: Change;
  readonly jobs: readonly PlannedJob[];
}

/** How a plan knows what a job comes to: conc's own ops by name, and the application's. */
export interface Ops {
  readonly builtin: Readonly<Record<BuiltinName, Op>>;
  readonly application: (job: ApplicationJob, change: Change) => ApplicationStep;
}

/** Pure: says for each job of the sequence what it asks, changes, and what a person would type. */
export function planChange(change: Change, sequence: readonly FrozenJob[], ops: Ops): Plan {
  return {
    node: change.settings.name,
    change,
    jobs: sequence.map((job, position) => {
      const { name, where, phase, sudo, again, timeout } = job;
      return {
        index: position + 1,
        name,
        where,
        phase,
        sudo,
        again,
        timeout,
        drop: (isApplication(job) ? job.drop : undefined) ?? 'finish',
        ...meaning(job, change, ops),
      };
    }),
  };
}

function meaning(
  job: FrozenJob,
  change: Change,
  { builtin, application }: Ops,
): Pick<PlannedJob, 'op' | 'request' | 'sudoCommands' | 'changes' | 'byHand' | 'putBack'> & {
  readonly sudo?: boolean;
} {
  if (isApplication(job)) {
    const putBack = job.undo ? [`# its undo: ${job.op.calls}`] : [];
    return { ...application(job, change), putBack };
  }
  const op = builtin[job.op.name];
  return {
    op: op.name,
    request: op.request(change),
    sudoCommands: op.sudoCommands?.(change) ?? [],
    changes: op.changes(change),
    byHand: op.byHand(change),
    putBack: op.putBack(change),
    ...(op.sudo?.(change) === true ? { sudo: true } : {}),
  };
}

const isApplication = (job: FrozenJob): job is ApplicationJob => job.op.kind === 'application';

/** Deploying what already serves changes nothing: the same release is current and proven, and every process runs it. */
export const servesAlready = ({ survey, release, settings, etc }: Change): boolean =>
  (etc === undefined || !differs(etc.plan)) &&
  survey.current === release.id &&
  survey.change === null &&
  survey.serving?.confirmed === true &&
  survey.releases.some(({ id, state, complete }) => id === release.id && state === 'proven' && complete) &&
  (settings.service === 'none' || runsIt(survey.processes, release.id));

/** Those that drain are on their way out. */
function runsIt(processes: Change['survey']['processes'], release: string): boolean {
  const staying = processes.filter(({ state }) => state !== 'STOPPING');
  return staying.length > 0 && staying.every((running) => running.release === release);
}
