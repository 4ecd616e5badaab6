import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { ChangeRecord } from '../release/types.ts';
import type { NodeEvent } from '../report/events.ts';
import { blockedByChange } from './blocked.ts';
import { type ChangeOptions, logTo } from './change-node.ts';
import { drive } from './drive.ts';
import { withNode } from './open.ts';
import { nodeEnd, nodeError, stopwatch } from './outcome.ts';
import { askSudo } from './sudo.ts';

export interface ResumeOptions extends ChangeOptions {
  /** What a person says of the next job: that it was done by hand, or is to be run again. */
  readonly said?: { readonly done: string } | { readonly again: string } | undefined;
}

/**
 * Goes on with a halted or interrupted change, or gives it up. What is to be done stands on the node, pinned when the
 * change began: nothing of the local project is read.
 */
export async function resumeNode(
  settings: NodeSettings,
  what: 'continue' | 'abandon',
  options: ResumeOptions,
): Promise<NodeEvent> {
  const watch = stopwatch();
  const { name, root, service } = settings;
  try {
    return await withNode(settings, { log: logTo(options.emit, name), ask: options.ask }, async (open) => {
      const { change, current } = open.survey;
      if (change === null) throw nothingToResume(name, what, current);
      if (change.state === 'running') throw blockedByChange(name, change);
      const call = what === 'continue' ? 'resume' : 'abandon';
      if (options.bundle !== null && change.needs.near) refuseAnother(name, change, options.bundle);
      const near = change.needs.near && options.bundle !== null ? await options.near(options.bundle) : null;
      const sudo = await askSudo(open, options.sudo, (where) => change.needs.sudo[what][where]);
      if (change.needs.application) open.session.push(['conc_agent.application.far']);
      const channel = open.session.call(call, {
        ...{ root, service, by: options.by, until: options.until, step: options.step !== null },
        ...options.said,
      });
      const reply = await drive(channel, { node: name, ...options, near, sudo });
      return nodeEnd(open, watch, {
        outcome: reply.outcome,
        release: reply.release,
        version: null,
        current: reply.current,
        state: reply.outcome === 'proven' ? `${name} serves ${reply.current ?? reply.release}, proven.` : reply.state,
        ...(reply.hint ? { hint: reply.hint } : {}),
      });
    });
  } catch (error) {
    if (!(error instanceof ConcError) || error.exit === 2) throw error;
    return nodeError(name, error, watch);
  }
}

/** Its code would not be what the change was begun with. */
function refuseAnother(node: string, { bundle, release }: ChangeRecord, given: Bundle): void {
  if (given.id === bundle) return;
  throw new ConcError({
    code: 'change.other-bundle',
    message: `the change of ${node} brings bundle ${bundle.slice(0, 8)} (${release}), and ${given.path} is ${given.id.slice(0, 8)}`,
    hint: `give the bundle that it was begun with: --bundle FILE. Or give it up: conc abandon ${node}`,
    state: 'nothing was changed',
    exit: 2,
  });
}

const nothingToResume = (node: string, what: string, current: string | null): ConcError =>
  new ConcError({
    code: 'change.none',
    message: `${node} has no change to ${what}: ${current === null ? 'nothing serves yet' : `${current} serves`}`,
    state: 'nothing was changed',
    hint: `conc status ${node}`,
    exit: 1,
  });
