import type { LinkSettings } from '../config/types.ts';

/** Looks at silence before a ping (protocol/README.md, "Keepalive"). */
const LOOKS = 3;

/** Counts silence in ticks, not by the clock: a laptop that slept has not been silent. */
export class Keepalive {
  #silent = 0;
  readonly #timer: NodeJS.Timeout;

  /** After `ping` seconds of silence a ping is due, after `lost` the far side is regarded as gone. */
  constructor({ ping, lost }: LinkSettings, tell: { readonly ping: () => void; readonly lost: () => void }) {
    const tick = ping / LOOKS;
    const lostAfter = Math.max(LOOKS + 1, Math.round(lost / tick));
    this.#timer = setInterval(() => {
      this.#silent += 1;
      if (this.#silent >= lostAfter) tell.lost();
      else if (this.#silent >= LOOKS) tell.ping();
    }, tick * 1000);
  }

  heard(): void {
    this.#silent = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
