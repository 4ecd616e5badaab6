import type { ChangeRecord } from '../release/types.ts';
import type { NodeEvent } from '../report/events.ts';
import { blockedByChange } from './blocked.ts';
import type { OpenNode } from './open.ts';
import { otherThanPinned } from './pinned.ts';
import { type ResumeOptions, resumeOpen } from './resume.ts';

/** What is to become of a change that was interrupted, or halted, on a node. A running one is never touched. */
export type IfInterrupted = 'fail' | 'continue' | 'abandon';

/**
 * How a deploy or a rollback deals with the change that it finds: it fails; goes on with it, where it is the very one that would
 * be begun, and that is all; or gives it up, and begins its own.
 * @param differences what the change that is there has otherwise than the one to be begun
 */
export function ifInterrupted(
  wish: IfInterrupted,
  options: ResumeOptions,
  differences: (open: OpenNode, change: ChangeRecord) => readonly string[],
): (open: OpenNode, change: ChangeRecord) => Promise<NodeEvent | null> {
  return async (open, change) => {
    const { name } = open.settings;
    if (wish === 'fail') throw blockedByChange(name, change);
    const because = `--if-interrupted=${wish}`;
    if (wish === 'continue') {
      const differing = differences(open, change);
      if (differing.length > 0) {
        throw otherThanPinned(
          name,
          change,
          differing,
          `give it up first: --if-interrupted=abandon, or conc abandon ${name}`,
        );
      }
    }
    tell(
      open,
      change,
      wish,
      options,
      null,
      `${found(name, change)}: it is ${wish === 'continue' ? 'gone on with' : 'given up'} first (${because})`,
    );
    const end = await resumeOpen(open, change, wish, { ...options, because });
    if (wish === 'continue') return end;
    tell(open, change, wish, options, end.outcome, end.state);
    return end.outcome === 'abandoned' ? null : end;
  };
}

function tell(
  { settings }: OpenNode,
  { release }: ChangeRecord,
  what: 'continue' | 'abandon',
  { emit }: ResumeOptions,
  outcome: NodeEvent['outcome'] | null,
  text: string,
): void {
  emit({ time: new Date().toISOString(), node: settings.name, event: 'former', what, release, outcome, text });
}

function found(node: string, { kind, release, by, since, state, job }: ChangeRecord): string {
  const where = job === null ? 'before its first job' : `at job ${job.index} of ${job.of}, ${job.name}`;
  return `on ${node} a ${kind} of ${release} by ${by}, since ${since}, was ${state} ${where}`;
}
