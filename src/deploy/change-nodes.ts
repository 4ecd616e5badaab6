import type { NodeSettings } from '../config/types.ts';
import type { Emit, NodeEvent, SummaryEvent } from '../report/events.ts';
import { exitOf } from '../report/exit.ts';

/**
 * Changes nodes one after the other, in the order given. A node that does not come to a good end stops the rest: they are
 * left as they are, and named. Emits each node's end and the summary; returns the exit code.
 */
export async function changeNodes(
  nodes: readonly NodeSettings[],
  changeOne: (settings: NodeSettings) => Promise<NodeEvent>,
  emit: Emit,
): Promise<SummaryEvent['exit']> {
  const ends: NodeEvent[] = [];
  for (const settings of nodes) {
    const stopper = ends.find(({ outcome }) => exitOf([outcome]) !== 0);
    const end = stopper === undefined ? await changeOne(settings) : untouched(settings.name, stopper.node);
    emit(end);
    ends.push(end);
  }
  const exit = exitOf(ends.map(({ outcome }) => outcome));
  const error = ends.find((end) => end.error !== undefined)?.error;
  emit({
    time: new Date().toISOString(),
    event: 'summary',
    nodes: ends.map(({ node, outcome, release }) => ({ node, outcome, release })),
    exit,
    ...(error === undefined ? {} : { error }),
  });
  return exit;
}

const untouched = (node: string, because: string): NodeEvent => ({
  time: new Date().toISOString(),
  node,
  event: 'node',
  outcome: 'untouched',
  release: null,
  version: null,
  current: null,
  state: `${node} was not begun, because ${because} did not come to a good end.`,
  seconds: 0,
  bytes: { sent: 0, received: 0 },
});
