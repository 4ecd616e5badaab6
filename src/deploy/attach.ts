import { ConcError } from '../errors/conc-error.ts';
import { surveyRoot } from '../release/survey.ts';
import type { ChangeRecord } from '../release/types.ts';
import type { NodeEvent } from '../report/events.ts';
import type { ChangeOptions } from './change-node.ts';
import { type Followed, follow } from './follow.ts';
import { runReply } from './messages.ts';
import type { OpenNode } from './open.ts';
import { nodeEnd, stopwatch } from './outcome.ts';

/**
 * Goes along with a change that runs on without its controller: shows what the running job has told, waits until the change
 * halts or ends. Gives the event that ends the command, or the node as it is then, to go on from. The first Ctrl-C means
 * that nothing is to be gone on with, the second leaves at once.
 */
export async function attach(
  open: OpenNode,
  change: ChangeRecord,
  { emit, control }: ChangeOptions,
): Promise<NodeEvent | OpenNode> {
  const watch = stopwatch();
  const { name, root, service } = open.settings;
  const leave = new AbortController();
  let asked = false;
  const tell = (text: string): void =>
    emit({
      ...{ time: new Date().toISOString(), node: name, event: 'former', what: 'continue' },
      ...{ release: change.release, outcome: null, text },
    });
  const unsubscribe = control.subscribe((what, from) => {
    if (what === 'halt') {
      asked = true;
      tell(`${from}: the change is left halted after the running job. Again to leave at once`);
    } else leave.abort();
  });
  tell(attachedTo(name, change));
  const end = await follow(open, 'job', emit, leave.signal).finally(unsubscribe);
  if (end === 'left') throw leftAlone(name);
  const survey = await surveyRoot(open.session, root, service);
  if (end.change === null) return nodeEnd({ ...open, survey }, watch, ended(name, end));
  if (!asked || survey.change?.state === 'running') return { ...open, survey };
  return nodeEnd({ ...open, survey }, watch, {
    ...{ outcome: 'halted', release: change.release, version: null },
    state: `${name}: halted${end.change.job === null ? '' : ` after ${end.change.job.name}`}.`,
    hint: `Go on: conc continue ${name} · give it up: conc abandon ${name}`,
  });
}

function attachedTo(node: string, { kind, release, by, since, job, heard }: ChangeRecord): string {
  const where = job === null ? '' : ` at job ${job.index} of ${job.of}, ${job.name}`;
  const ago = heard === null ? '' : ` ${Math.round(heard)} s ago`;
  return `${node}: ${kind} of ${release} by ${by} since ${since}\n  lost its controller${ago}${where}: from here it is gone along with`;
}

function ended(node: string, { entry, current }: Followed): Parameters<typeof nodeEnd>[2] {
  const outcome = runReply.shape.outcome.safeParse(entry?.outcome);
  const note = entry?.note == null || entry.note === '' ? `${current ?? 'nothing'} serves` : entry.note;
  return {
    outcome: outcome.success ? outcome.data : 'broken',
    release: entry?.release ?? null,
    version: entry?.version ?? null,
    current,
    state: `${node}: the change ended without a controller: ${note}.`,
  };
}

const leftAlone = (node: string): ConcError =>
  new ConcError({
    code: 'change.left',
    message: `${node} was left alone with the change`,
    state: 'the running job is done to its end, then the change halts, or ends by itself',
    hint: `See how it is: conc status ${node} --follow`,
    exit: 1,
  });
