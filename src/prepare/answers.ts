import { NEED_IDS, type NeedId } from './types.ts';

export type NeedState = 'there' | 'lacks' | 'doing' | 'done' | 'failed';

/** What is known of one need. */
export interface Answer {
  readonly id: NeedId;
  readonly state: NeedState;
  /** What the commands said. */
  readonly said: readonly string[];
}

/** Reads what the script tells, line by line. Other lines (motd, rc files) are passed over; nothing of it is run or believed to be more. */
export class Answers {
  /** What the machine calls its system; undefined: it said nothing yet. */
  system: string | undefined;
  debian = false;
  uid: number | null = null;
  readonly #states = new Map<NeedId, NeedState>();
  readonly #said = new Map<NeedId, string[]>();
  readonly #tell: (answer: Answer) => void;

  constructor(tell: (answer: Answer) => void = () => {}) {
    this.#tell = tell;
  }

  hear(line: string): void {
    const [, name = '', text = ''] = /^([a-z]+): (.*)$/.exec(printable(line)) ?? [];
    const id = NEED_IDS.find((one) => one === name);
    if (name === 'system') {
      this.debian = text.startsWith('debian ');
      this.system = text.slice(text.indexOf(' ') + 1);
    } else if (name === 'uid' && /^\d{1,10}$/.test(text)) this.uid = Number(text);
    else if (id !== undefined) this.#hearOf(id, text);
  }

  /** In the order told; with `doing` where no end of it was told. */
  get all(): readonly Answer[] {
    return [...this.#states].map(([id, state]) => ({ id, state, said: this.#said.get(id) ?? [] }));
  }

  get running(): NeedId | null {
    return this.all.find(({ state }) => state === 'doing')?.id ?? null;
  }

  /** Did the script come to its end, by its exit code? */
  complete(code: number | null): boolean {
    if (this.system === undefined) return false;
    const amiss = this.all.some(({ state }) => state === 'lacks' || state === 'failed');
    return code === (this.debian ? Number(amiss) : 3);
  }

  /** What the commands said comes before what came of them. */
  #hearOf(id: NeedId, text: string): void {
    const said = this.#said.get(id) ?? [];
    const state = STATES.find((one) => one === text);
    if (state !== undefined) {
      this.#states.set(id, state);
      this.#tell({ id, state, said });
    } else if (text.startsWith('| ') && said.length < SAID_KEPT) {
      this.#said.set(id, [...said, text.slice(2)]);
    }
  }
}

const STATES = ['there', 'lacks', 'doing', 'done', 'failed'] as const;
const SAID_KEPT = 500;

/** A terminal obeys control characters. */
const printable = (line: string): string => line.replace(/[^\P{Cc}\t]/gu, '\ufffd');
