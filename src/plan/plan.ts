import type { Change, Effect, Op } from '../ops/types.ts';
import type { BuiltinName, FrozenJob } from '../sequence/types.ts';

/** One job of a plan: a step of the sequence, with what it means for this node. */
export interface PlannedJob {
  /** From 1. */
  readonly index: number;
  readonly name: string;
  readonly where: FrozenJob['where'];
  readonly phase: FrozenJob['phase'];
  readonly sudo: boolean;
  readonly timeout: number | null;
  readonly op: BuiltinName;
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

/** Pure: says for each job of the sequence what it asks, changes, and what a person would type. */
export function planChange(
  change: Change,
  sequence: readonly FrozenJob[],
  ops: Readonly<Record<BuiltinName, Op>>,
): Plan {
  return {
    node: change.settings.name,
    change,
    jobs: sequence.map((job, position) => {
      const op = ops[job.op.name];
      return {
        index: position + 1,
        name: job.name,
        where: job.where,
        phase: job.phase,
        sudo: job.sudo,
        timeout: job.timeout,
        op: job.op.name,
        request: op.request(change),
        changes: op.changes(change),
        byHand: op.byHand(change),
        putBack: op.putBack(change),
      };
    }),
  };
}

/** Deploying what already serves changes nothing: the same release is current and proven, and every process runs it. */
export const servesAlready = ({ survey, release, settings }: Change): boolean =>
  survey.current === release.id &&
  survey.change === null &&
  survey.serving?.confirmed === true &&
  survey.releases.some(({ id, state, complete }) => id === release.id && state === 'proven' && complete) &&
  (settings.service === 'none' ||
    (survey.processes.length > 0 && survey.processes.every((running) => running.release === release.id)));
