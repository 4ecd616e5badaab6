import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { ConcError } from '../errors/conc-error.ts';
import type { Backend, Ending } from './backend.ts';
import { decodeCount, encodeCount, encodeFrame, splitJson, VERSION, WINDOW } from './frames.ts';
import { Carrier, type ControllerLine, controllerLine, type Line, lineShape } from './recording.ts';

/**
 * Answers as a recorded node did, without one. What the controller says is compared with the recording, channel by
 * channel; what the node said is given once the controller said all that came before it, and as far as it has credit.
 */
export function replay(file: string): Backend {
  const player = new Player(file);
  return {
    listen: (listener) => {
      player.listener = listener;
    },
    write: (bytes) => player.hear(Buffer.from(bytes)),
    end: () => player.stop(),
    words: player.words,
    ended: player.ended.promise,
    kill: () => player.stop(),
    leave: () => player.stop(),
  };
}

class Player {
  readonly words: string[] = [];
  readonly ended = Promise.withResolvers<Ending>();
  listener: (bytes: Buffer) => void = () => {};
  readonly #file: string;
  readonly #carrier = new Carrier();
  /** By channel: what the recording has and the controller has not said yet, and the other way round. */
  readonly #expected = new Map<number, ControllerLine[]>();
  readonly #said = new Map<number, ControllerLine[]>();
  readonly #credit = new Map<number, number>();
  #begun = false;
  #stopped = false;
  #wake: () => void = () => {};

  constructor(file: string) {
    this.#file = file;
  }

  hear(bytes: Buffer): void {
    if (!this.#begun) {
      // The payload: a recording has none, it depends on the version of conc.
      this.#begun = true;
      this.#play().then(
        (exit) => this.#end({ kind: 'exit', code: exit, signal: null }),
        (error: unknown) => this.#end({ kind: 'failed', error: this.#unreadable(error) }),
      );
      return;
    }
    for (const carried of this.#carrier.feed(bytes)) {
      if (carried.type === 'W') {
        this.#credit.set(carried.channel, (this.#credit.get(carried.channel) ?? WINDOW) + decodeCount(carried.payload));
      } else if (carried.channel !== 0 && carried.size > 0) {
        // Whatever is said is taken at once. Not within this call: the controller may be in the middle of saying it.
        const { channel, size } = carried;
        setImmediate(() => this.listener(encodeFrame('W', channel, encodeCount(size))));
      }
      const line = controllerLine(carried);
      if (line !== undefined) queueOf(this.#said, line.channel).push(line);
    }
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
    if (!this.#begun) this.#end({ kind: 'exit', code: 0, signal: null });
  }

  async #play(): Promise<number | null> {
    for await (const text of createInterface({
      input: createReadStream(this.#file),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const line = lineShape.parse(JSON.parse(text));
      if (line.from === 'controller') {
        queueOf(this.#expected, line.channel).push(line);
        continue;
      }
      await this.#until(() => this.#allSaid() && this.#mayGive(line));
      if (this.#stopped) return 0;
      if ('exit' in line) {
        this.words.push(...line.words);
        return line.exit;
      }
      this.#give(line);
    }
    return null;
  }

  /** Waits for a condition that what the controller says can bring about. */
  async #until(condition: () => boolean): Promise<void> {
    while (!this.#stopped && !condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #allSaid(): boolean {
    for (const [channel, said] of this.#said) {
      const expected = queueOf(this.#expected, channel);
      while (said.length > 0 && expected.length > 0) {
        const [one, other] = [said.shift(), expected.shift()];
        if (!isDeepStrictEqual(one, other)) throw mismatch(this.#file, other, one);
      }
    }
    return [...this.#expected.values()].every((expected) => expected.length === 0);
  }

  #mayGive(line: Line): boolean {
    if (!('base64' in line) || line.channel === 0) return true;
    return (this.#credit.get(line.channel) ?? WINDOW) >= Buffer.byteLength(line.base64, 'base64');
  }

  #give(line: Extract<Line, { from: 'node' }>): void {
    if ('noise' in line) {
      this.listener(Buffer.from(`${line.noise}\x00\x01conc\x02${VERSION}\n`));
    } else if ('base64' in line) {
      const payload = Buffer.from(line.base64, 'base64');
      if (line.type === 'B')
        this.#credit.set(line.channel, (this.#credit.get(line.channel) ?? WINDOW) - payload.length);
      this.listener(encodeFrame(line.type, line.channel, payload));
    } else if ('json' in line) {
      for (const { kind, payload } of splitJson(line.json)) this.listener(encodeFrame(kind, line.channel, payload));
    }
  }

  #unreadable(cause: unknown): ConcError {
    if (cause instanceof ConcError) return cause;
    return new ConcError({
      code: 'gateway.bad-recording',
      message: `${this.#file} can't be replayed: it is not there, or not a recorded session`,
      hint: 'record it anew',
      evidence: [cause instanceof Error ? cause.message.slice(0, 500) : String(cause)],
      exit: 2,
      cause,
    });
  }

  #end(ending: Ending): void {
    this.ended.resolve(ending);
  }
}

function queueOf(queues: Map<number, ControllerLine[]>, channel: number): ControllerLine[] {
  const queue = queues.get(channel) ?? [];
  queues.set(channel, queue);
  return queue;
}

function mismatch(file: string, recorded: unknown, said: unknown): ConcError {
  return new ConcError({
    code: 'gateway.replay-mismatch',
    message: `the controller says something else than was recorded in ${file}`,
    hint: 'record the session anew, or replay it with the same commands and attributes',
    evidence: [
      `recorded: ${JSON.stringify(recorded).slice(0, 500)}`,
      `said now: ${JSON.stringify(said).slice(0, 500)}`,
    ],
    exit: 1,
  });
}
