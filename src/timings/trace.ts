import type { ConnectionTimings, Phase, Timings } from './types.ts';

/** One event of the Trace Event Format, which Perfetto and chrome://tracing read. Times are microseconds. */
type TraceEvent =
  | {
      readonly ph: 'M';
      readonly name: 'process_name' | 'thread_name';
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    }
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly args: Readonly<Record<string, number>>;
    }
  | {
      readonly ph: 'C';
      readonly name: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly args: Readonly<Record<string, number>>;
    };

export interface Trace {
  readonly displayTimeUnit: 'ms';
  readonly traceEvents: readonly TraceEvent[];
  readonly otherData: Readonly<Record<string, string>>;
}

/** A command as a trace: each node a process, whose tracks are the controller's end and the agent's, on one time line. */
export function traceOf(timings: Timings, conc: string): Trace {
  const names = [...new Set(timings.connections.map(({ node }) => node))];
  const whole = {
    name: 'the whole command',
    cat: 'conc',
    ph: 'X',
    pid: 0,
    tid: 1,
    ts: 0,
    dur: micro(timings.wall),
  } as const;
  return {
    displayTimeUnit: 'ms',
    traceEvents: [
      processName(0, 'conc'),
      { ...whole, args: { cpu: timings.here } },
      ...names.flatMap((node, at) => {
        const connections = timings.connections.filter((each) => each.node === node);
        return [
          processName(at + 1, node),
          ...connections.flatMap((each, index) => connectionEvents(each, at + 1, index, timings.start)),
        ];
      }),
    ],
    otherData: { conc, ...Object.fromEntries(timings.connections.flatMap(mappingText)) },
  };
}

function connectionEvents(
  { phases, samples }: ConnectionTimings,
  pid: number,
  index: number,
  zero: number,
): TraceEvent[] {
  const tracks = { here: 2 * index + 1, node: 2 * index + 2 };
  const suffix = index === 0 ? '' : ` (connection ${index + 1})`;
  const slice = (phase: Phase): TraceEvent[] => [
    {
      ...{ name: phase.name, cat: phase.side, ph: 'X', pid, tid: tracks[phase.side] },
      ...{ ts: micro(phase.start - zero), dur: micro(phase.wall), args: known(phase) },
    },
    ...phase.parts.flatMap(slice),
  ];
  return [
    { ph: 'M', name: 'thread_name', pid, tid: tracks.here, args: { name: `controller${suffix}` } },
    { ph: 'M', name: 'thread_name', pid, tid: tracks.node, args: { name: `agent${suffix}` } },
    ...phases.flatMap(slice),
    ...samples.map(
      ({ at, sent, received }): TraceEvent => ({
        ...{ name: `bytes${suffix}`, ph: 'C', pid, tid: tracks.here, ts: micro(at - zero), args: { sent, received } },
      }),
    ),
  ];
}

const processName = (pid: number, name: string): TraceEvent => ({
  ...{ ph: 'M', name: 'process_name', pid, tid: 0, args: { name } },
});

function known({ here, node, programs, sent, received, trips }: Phase): Record<string, number> {
  const all = {
    'CPU here, s': here,
    'CPU there, s': node,
    'CPU of programs, s': programs,
    sent,
    received,
    waits: trips,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([key, value]) => (value === null ? [] : [[key, value]])));
}

const mappingText = ({ node, mapping }: ConnectionTimings): [string, string][] =>
  mapping === null ? [] : [[`clock of ${node}`, `${mapping.offset} s are added, to within ${mapping.within} s`]];

const micro = (seconds: number): number => Math.round(seconds * 1e6);
