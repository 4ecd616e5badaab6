/** One line at the foot of a terminal that is drawn over and over, and taken away before anything else is printed. */
export class LiveLine {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #timer: NodeJS.Timeout | undefined;
  #text: (() => string) | undefined;

  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Draws `text()` now and ten times a second until `stop`. */
  start(text: () => string): void {
    this.stop();
    this.#text = text;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), 100);
    this.#timer.unref();
  }

  stop(): void {
    if (this.#text === undefined) return;
    clearInterval(this.#timer);
    this.#text = undefined;
    this.#write('\r\x1b[2K');
  }

  /** Prints whole lines above the live one. */
  print(lines: string): void {
    const text = this.#text;
    if (text !== undefined) this.#write('\r\x1b[2K');
    this.#write(lines);
    if (text !== undefined) this.#draw();
  }

  #draw(): void {
    if (this.#text === undefined) return;
    const width = Math.max(20, this.#columns() - 1);
    this.#write(`\r\x1b[2K${this.#text().slice(0, width)}`);
  }
}
