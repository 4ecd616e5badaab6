import type { Json, Observer } from '../gateway/types.ts';
import { type Begun, isQuestion, jobIn, timingsIn } from './messages.ts';
import type { Clock, FarSpan, Sample } from './types.ts';

type Stage = Parameters<Observer['stage']>[0];

/** What the controller saw of one job of a change: from the message of its start to that of its end. */
export interface SeenJob {
  readonly name: string;
  readonly begin: Sample;
  end?: Sample;
}

/** One call, as both ends told it. */
export interface RecordedCall {
  readonly name: string;
  readonly begin: Sample;
  end?: Sample;
  begun?: Begun;
  /** Inner ones before the one that they lie in. */
  readonly spans: FarSpan[];
  readonly jobs: SeenJob[];
}

/** What was seen of one connection. */
export interface Recorded {
  readonly node: string;
  readonly first: Sample;
  /** The end, or the last that was seen. */
  readonly last: Sample;
  readonly samples: readonly Sample[];
  readonly stages: ReadonlyMap<Stage, Sample>;
  readonly calls: readonly RecordedCall[];
  /** Between these lies what must be added to the node's clock: nothing is heard before it is said, nor done before it is asked. */
  readonly offset: { readonly least: number; readonly most: number };
}

/** Hears a session, and writes down what it cost. A few clock calls for each call and job. */
export class ConnectionRecorder implements Observer, Recorded {
  readonly node: string;
  readonly first: Sample;
  readonly samples: Sample[] = [];
  readonly stages = new Map<Stage, Sample>();
  readonly offset = { least: Number.NEGATIVE_INFINITY, most: Number.POSITIVE_INFINITY };
  readonly #clock: Clock;
  readonly #calls = new Map<number, RecordedCall>();
  #sent = 0;
  #received = 0;
  #trips = 0;

  constructor(node: string, clock: Clock) {
    this.node = node;
    this.#clock = clock;
    this.first = this.#sample();
  }

  get last(): Sample {
    return this.stages.get('over') ?? this.samples.at(-1) ?? this.first;
  }

  get calls(): RecordedCall[] {
    return [...this.#calls.values()];
  }

  stage(stage: Stage): void {
    // The hello is what the payload is answered with.
    if (stage === 'hello') this.#trips += 1;
    this.stages.set(stage, this.#sample());
  }

  sent(bytes: number): void {
    this.#sent += bytes;
  }

  received(bytes: number): void {
    this.#received += bytes;
  }

  asked(): void {
    this.#trips += 1;
  }

  called(channel: number, name: string): void {
    this.#calls.set(channel, { name, begin: this.#sample(), spans: [], jobs: [] });
  }

  heard(channel: number, message: Json): boolean {
    const call = this.#calls.get(channel);
    const timings = timingsIn(message);
    if (call === undefined) return timings !== undefined;
    if (timings !== undefined) {
      this.#told(call, timings);
      return true;
    }
    if (isQuestion(message)) this.#trips += 1;
    const job = jobIn(message);
    if (job?.state === 'start') call.jobs.push({ name: job.job, begin: this.#sample() });
    const last = call.jobs.at(-1);
    if (job?.state === 'done' && last?.name === job.job) last.end = this.#sample();
    return false;
  }

  ended(channel: number): void {
    const call = this.#calls.get(channel);
    if (call === undefined) return;
    this.#trips += 1;
    call.end = this.#sample();
  }

  #told(call: RecordedCall, timings: NonNullable<ReturnType<typeof timingsIn>>): void {
    this.offset.most = Math.min(this.offset.most, this.#clock.now() - timings.clock);
    if ('spans' in timings) call.spans.push(...timings.spans);
    else {
      this.offset.least = Math.max(this.offset.least, call.begin.at - timings.clock);
      call.begun = timings;
    }
  }

  #sample(): Sample {
    const { now, cpu } = this.#clock;
    const sample = { at: now(), cpu: cpu(), sent: this.#sent, received: this.#received, trips: this.#trips };
    this.samples.push(sample);
    return sample;
  }
}
