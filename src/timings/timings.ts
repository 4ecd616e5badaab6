import { between, phasesOf } from './phases.ts';
import { ConnectionRecorder, type Recorded } from './recorder.ts';
import type { Clock, ClockMapping, ConnectionTimings, Outside, Sample, Timings } from './types.ts';

/** Measures one command: every connection that it makes, to whichever node. */
export class TimingsRecorder {
  readonly #clock: Clock;
  readonly #began: number;
  readonly #connections: ConnectionRecorder[] = [];

  /** @param began when the command's process began, by the clock */
  constructor({ now, cpu }: Clock, began: number) {
    this.#clock = { now: () => now() - began, cpu };
    this.#began = began;
  }

  /** A connection to this node begins. */
  readonly connection = (node: string): ConnectionRecorder => {
    const recorder = new ConnectionRecorder(node, this.#clock);
    this.#connections.push(recorder);
    return recorder;
  };

  /** What was measured up to now. */
  timings(): Timings {
    const [wall, here] = [this.#clock.now(), this.#clock.cpu()];
    const connections = this.#connections.map((recorded) => timingsOf(recorded, this.#connections));
    return { began: this.#began, wall, here, connections, ...outside(this.#connections, { wall, here }) };
  }
}

function timingsOf(recorded: Recorded, all: readonly Recorded[]): ConnectionTimings {
  const mapping = mappingOf(recorded);
  const phases = phasesOf(recorded, mapping);
  const sum = (figure: 'node' | 'programs'): number | null =>
    mapping === null ? null : phases.reduce((total, phase) => total + (phase[figure] ?? 0), 0);
  const { start, ...seen } = between(recorded.first, recorded.last);
  return {
    node: recorded.node,
    start,
    whole: { ...seen, node: sum('node'), programs: sum('programs') },
    inner: all.some((other) => other !== recorded && other.node === recorded.node && isOpen(other, start)),
    phases,
    mapping,
    samples: recorded.samples.map(({ at, sent, received }) => ({ at, sent, received })),
  };
}

const isOpen = ({ first, last }: Recorded, at: number): boolean => first.at < at && at < last.at;

/** In the middle of what is possible. */
function mappingOf({ offset: { least, most } }: Recorded): ClockMapping | null {
  if (!Number.isFinite(least) || !Number.isFinite(most)) return null;
  return { offset: (least + most) / 2, within: Math.abs(most - least) / 2 };
}

/** What no connection covers. */
function outside(
  connections: readonly Recorded[],
  whole: Outside,
): { readonly before: Outside; readonly after: Outside } {
  const covered: { readonly first: Sample; readonly last: Sample }[] = [];
  for (const { first, last } of connections.toSorted((a, b) => a.first.at - b.first.at)) {
    const former = covered.at(-1);
    if (former === undefined || former.last.at < first.at) covered.push({ first, last });
    else if (former.last.at < last.at) covered.splice(-1, 1, { first: former.first, last });
  }
  const [begin] = covered;
  const before = begin === undefined ? whole : { wall: begin.first.at, here: begin.first.cpu };
  const within = (figure: 'at' | 'cpu'): number =>
    covered.reduce((total, { first, last }) => total + last[figure] - first[figure], 0);
  return {
    before,
    after: { wall: whole.wall - before.wall - within('at'), here: whole.here - before.here - within('cpu') },
  };
}
