import { between, phasesOf } from './phases.ts';
import { ConnectionRecorder, type Recorded } from './recorder.ts';
import type { Clock, ClockMapping, ConnectionTimings, Timings } from './types.ts';

/** Measures one command: every connection that it makes, to whichever node. */
export class TimingsRecorder {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #connections: ConnectionRecorder[] = [];

  /** @param start when the command's process began, by the clock */
  constructor(clock: Clock, start: number) {
    this.#clock = clock;
    this.#start = start;
  }

  /** A connection to this node begins. */
  readonly connection = (node: string): ConnectionRecorder => {
    const recorder = new ConnectionRecorder(node, this.#clock);
    this.#connections.push(recorder);
    return recorder;
  };

  /** What was measured up to now. */
  timings(): Timings {
    const ofSame = ({ node }: Recorded) => this.#connections.filter((other) => other.node === node);
    const connections = this.#connections.map((recorded) => timingsOf(recorded, ofSame(recorded)));
    const start = this.#start;
    return {
      ...{ start, wall: this.#clock.now() - start, here: this.#clock.cpu() },
      ...{ connections, connected: covered(connections) },
    };
  }
}

function timingsOf(recorded: Recorded, all: readonly Recorded[]): ConnectionTimings {
  const [first] = recorded.samples;
  const last = recorded.stages.get('over') ?? recorded.samples.at(-1);
  if (first === undefined || last === undefined) throw new Error('a recorder has a first sample');
  const mapping = mappingOf(recorded);
  const phases = phasesOf(recorded, mapping);
  const of = (figure: 'node' | 'programs'): number | null =>
    mapping === null ? null : phases.reduce((sum, phase) => sum + (phase[figure] ?? 0), 0);
  const { start, ...seen } = between(first, last);
  return {
    ...{ node: recorded.node, start, whole: { ...seen, node: of('node'), programs: of('programs') } },
    ...{ inner: all.some((other) => other !== recorded && holds(other, first.at)), phases, mapping },
    samples: recorded.samples,
  };
}

/** Was another connection to the same node open when this one began? */
const holds = ({ samples, stages }: Recorded, at: number): boolean => {
  const end = stages.get('over')?.at ?? Number.POSITIVE_INFINITY;
  return (samples[0]?.at ?? at) < at && at < end;
};

function mappingOf({ offset: { least, most } }: Recorded): ClockMapping | null {
  if (!Number.isFinite(least) || !Number.isFinite(most)) return null;
  return { offset: (least + most) / 2, within: Math.abs(most - least) / 2 };
}

/** Seconds that lie within one connection at least. */
function covered(connections: readonly ConnectionTimings[]): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const {
    start,
    whole: { wall },
  } of connections.toSorted((a, b) => a.start - b.start)) {
    total += Math.max(0, start + wall - Math.max(start, reached));
    reached = Math.max(reached, start + wall);
  }
  return total;
}
