import type { NodeSettings } from '../config/types.ts';
import type { Emit, NodeEvent, SummaryEvent } from '../report/events.ts';
import { exitOf } from '../report/exit.ts';
import { each } from './each.ts';

export interface Together {
  /** So many nodes are changed at the same time, once the first came to a good end by itself. */
  readonly parallel: number;
  /** Who asked conc to halt; null: nobody did. */
  readonly halted: () => string | null;
}

/**
 * Changes nodes: the first alone, as what is wrong with a release shows there, then the others, in the order given and
 * several at once; each one's end makes room for the next, so that a slow one holds nobody. A node that does not come to a
 * good end stops the rest: those under way are gone through with, the others are left as they are, and named. Emits each
 * node's end and the summary; returns the exit code.
 */
export async function changeNodes(
  nodes: readonly NodeSettings[],
  changeOne: (settings: NodeSettings) => Promise<NodeEvent>,
  emit: Emit,
  { parallel, halted }: Together,
): Promise<SummaryEvent['exit']> {
  const mistakes: unknown[] = [];
  let stopped: string | undefined;
  const go = async (settings: NodeSettings): Promise<NodeEvent> => {
    const end = stopped === undefined ? await changeOne(settings) : untouched(settings.name, stopped);
    if (exitOf([end.outcome]) !== 0) stopped ??= `${end.node} did not come to a good end`;
    const by = halted();
    if (by !== null) stopped ??= `${by} asked to halt`;
    emit(end);
    return end;
  };
  // What is thrown is told once every other node is done: none is left to itself.
  const unthrown = (settings: NodeSettings): Promise<NodeEvent | undefined> =>
    go(settings).catch((mistake: unknown) => {
      stopped ??= `${settings.name} could not be begun`;
      mistakes.push(mistake);
      return undefined;
    });
  const first = await each(nodes.slice(0, 1), 1, unthrown);
  if (mistakes.length > 0) throw mistakes[0];
  const others = await each(nodes.slice(1), parallel, unthrown);
  if (mistakes.length > 0) throw mistakes[0];
  return summary(
    [...first, ...others].filter((end) => end !== undefined),
    emit,
  );
}

function summary(ends: readonly NodeEvent[], emit: Emit): SummaryEvent['exit'] {
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
  state: `${node} was not begun, because ${because}.`,
  seconds: 0,
  bytes: { sent: 0, received: 0 },
});
