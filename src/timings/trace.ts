import type { ConnectionTimings, Phase, Timings } from './types.ts';

/** One event of the Trace Event Format, which Perfetto and chrome://tracing read: a name, a slice, or a counter's value. */
interface TraceEvent {
  readonly ph: 'M' | 'X' | 'C';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds; a slice has both. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args: Readonly<Record<string, string | number>>;
}

export interface Trace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string>>;
}

/** A command as a trace: each node a process, whose tracks are the controller's end and the agent's, on one time line. */
export function traceOf(timings: Timings, conc: string): Trace {
  const { connections, wall, here, began } = timings;
  const nodes = [...new Set(connections.map(({ node }) => node))];
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      named('process_name', 'conc', 0),
      slice('the whole command', 0, 1, { start: 0, wall, cat: 'here', args: { [LABELS.here]: here } }),
      ...nodes.flatMap((node, at) => [
        named('process_name', node, at + 1),
        ...connections
          .filter((each) => each.node === node)
          .flatMap((each, index) => connectionEvents(each, at + 1, index)),
      ]),
    ],
    otherData: { conc, ...Object.fromEntries(connections.flatMap((each) => mappingText(each, began))) },
  };
}

function connectionEvents({ phases, samples }: ConnectionTimings, pid: number, index: number): TraceEvent[] {
  const tracks = { here: 2 * index + 1, node: 2 * index + 2 };
  const suffix = index === 0 ? '' : ` (connection ${index + 1})`;
  const slices = (phase: Phase): TraceEvent[] => [
    slice(phase.name, pid, tracks[phase.side], { ...phase, cat: phase.side, args: known(phase) }),
    ...phase.parts.flatMap(slices),
  ];
  return [
    named('thread_name', `controller${suffix}`, pid, tracks.here),
    named('thread_name', `agent${suffix}`, pid, tracks.node),
    ...phases.flatMap(slices),
    ...samples.map(({ at, sent, received }): TraceEvent => {
      return { ph: 'C', name: `bytes${suffix}`, pid, tid: tracks.here, ts: micro(at), args: { sent, received } };
    }),
  ];
}

const named = (what: 'process_name' | 'thread_name', name: string, pid: number, tid = 0): TraceEvent => ({
  ...{ ph: 'M', name: what, pid, tid, args: { name } },
});

/** Both ends are rounded, so that what followed each other still does. */
function slice(
  name: string,
  pid: number,
  tid: number,
  { start, wall, cat, args }: Pick<Phase, 'start' | 'wall'> & Required<Pick<TraceEvent, 'cat' | 'args'>>,
): TraceEvent {
  const ts = micro(start);
  return { ph: 'X', name, cat, pid, tid, ts, dur: micro(start + wall) - ts, args };
}

const LABELS = {
  here: 'CPU here, s',
  node: 'CPU there, s',
  programs: 'CPU of programs, s',
  sent: 'sent, bytes',
  received: 'received, bytes',
  trips: 'round trips',
} as const;
const FIGURES = ['here', 'node', 'programs', 'sent', 'received', 'trips'] as const;

function known(phase: Phase): Record<string, number> {
  const found = FIGURES.map((key): [string, number | null] => [LABELS[key], phase[key]]);
  return Object.fromEntries(found.flatMap(([label, value]) => (value === null ? [] : [[label, value]])));
}

const mappingText = ({ node, mapping }: ConnectionTimings, began: number): [string, string][] =>
  mapping === null
    ? []
    : [
        [
          `clock of ${node}`,
          `${(mapping.offset + began).toFixed(6)} s to this one's, within ${mapping.within.toFixed(6)} s`,
        ],
      ];

const micro = (seconds: number): number => Math.round(seconds * 1e6);
