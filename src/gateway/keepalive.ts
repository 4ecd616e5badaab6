/** Ticks of silence before a ping, and before the session is regarded as lost (protocol/README.md, "Keepalive"). */
const PING_AFTER = 3;
const LOST_AFTER = 12;

/** Milliseconds. */
export const TICK = 5000;

/** Counts silence in ticks, not by the clock: a laptop that slept has not been silent. */
export class Keepalive {
  #silent = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(tick: number, tell: { readonly ping: () => void; readonly lost: () => void }) {
    this.#timer = setInterval(() => {
      this.#silent += 1;
      if (this.#silent >= LOST_AFTER) tell.lost();
      else if (this.#silent >= PING_AFTER) tell.ping();
    }, tick);
  }

  heard(): void {
    this.#silent = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
