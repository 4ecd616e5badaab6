import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { NodeEvent } from '../report/events.ts';
import { blockedByChange } from './blocked.ts';
import { type ChangeOptions, logTo } from './change-node.ts';
import { drive } from './drive.ts';
import { withNode } from './open.ts';
import { nodeEnd, nodeError, stopwatch } from './outcome.ts';

/**
 * Goes on with a halted or interrupted change, or gives it up. What is to be done stands on the node, pinned when the
 * change began: nothing of the local project is read.
 */
export async function resumeNode(
  settings: NodeSettings,
  what: 'continue' | 'abandon',
  options: ChangeOptions,
): Promise<NodeEvent> {
  const watch = stopwatch();
  const { name, root, service } = settings;
  try {
    return await withNode(settings, { log: logTo(options.emit, name), ask: options.ask }, async (open) => {
      const { change, current } = open.survey;
      if (change === null) throw nothingToResume(name, what, current);
      if (change.state === 'running') throw blockedByChange(name, change);
      const call = what === 'continue' ? 'resume' : 'abandon';
      const channel = open.session.call(call, { root, service, by: options.by, until: options.until });
      const reply = await drive(channel, { node: name, ...options });
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

const nothingToResume = (node: string, what: string, current: string | null): ConcError =>
  new ConcError({
    code: 'change.none',
    message: `${node} has no change to ${what}: ${current === null ? 'nothing serves yet' : `${current} serves`}`,
    state: 'nothing was changed',
    hint: `conc status ${node}`,
    exit: 1,
  });
