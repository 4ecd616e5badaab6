import type { ConcError } from '../errors/conc-error.ts';
import type { NodeEvent, Outcome } from '../report/events.ts';
import type { OpenNode } from './open.ts';

export interface Stopwatch {
  /** Since it was made. */
  readonly seconds: () => number;
}

export function stopwatch(): Stopwatch {
  const since = performance.now();
  return { seconds: () => (performance.now() - since) / 1000 };
}

interface End {
  readonly outcome: Outcome;
  readonly release: string | null;
  readonly version: string | null;
  readonly state: string;
  readonly current?: string | null;
  readonly hint?: string;
}

/** The closing event of a node that was reached. */
export const nodeEnd = ({ settings, session, survey }: OpenNode, watch: Stopwatch, end: End): NodeEvent => ({
  time: new Date().toISOString(),
  node: settings.name,
  event: 'node',
  current: survey.current,
  seconds: watch.seconds(),
  bytes: { sent: session.bytes.sent, received: session.bytes.received },
  ...end,
});

/** The closing event of a node whose change did not come to a reply: not reached, blocked, or lost on the way. */
export function nodeError(node: string, error: ConcError, watch: Stopwatch): NodeEvent {
  const { code, message, hint, state, evidence } = error.toJSON();
  const outcome: Outcome = error.exit === 3 ? 'blocked' : code === 'gateway.lost' ? 'lost' : 'error';
  return {
    time: new Date().toISOString(),
    node,
    event: 'node',
    outcome,
    release: null,
    version: null,
    current: null,
    state: [message.replaceAll('\n', '\n  '), ...(state === null ? [] : [state])].join('\n  '),
    ...(hint === null ? {} : { hint }),
    seconds: watch.seconds(),
    bytes: { sent: 0, received: 0 },
    error: { code, message, hint, state, ...(evidence === undefined ? {} : { evidence }) },
  };
}
