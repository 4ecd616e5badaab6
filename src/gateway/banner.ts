import { ConcError } from '../errors/conc-error.ts';
import { VERSION } from './frames.ts';

const BANNER = Buffer.from('\x00\x01conc\x02', 'latin1');
/** Bytes that may come before the banner. */
const NOISE_LIMIT = 1 << 20;
const NOISE_KEPT = 1 << 16;
/** `!python 3.6.15`, with room to spare. */
const WORD_LIMIT = 64;

/** What the banner says: the protocol's version, or that of a Python which is too old. */
export type Banner = { readonly kind: 'ready' } | { readonly kind: 'old'; readonly python: string };

/** Finds the banner behind whatever motd and rc files print. */
export class BannerScanner {
  #came: Buffer = Buffer.alloc(0);

  /** What came before the banner, or all of it as long as there is none; the last 64 KiB. */
  get noise(): string {
    const at = this.#came.indexOf(BANNER);
    const noise = at < 0 ? this.#came : this.#came.subarray(0, at);
    return noise.subarray(-NOISE_KEPT).toString('utf8');
  }

  /** The banner and the bytes behind it, once it is whole. */
  feed(bytes: Buffer): { readonly banner: Banner; readonly rest: Buffer } | undefined {
    this.#came = Buffer.concat([this.#came, bytes]);
    const at = this.#came.indexOf(BANNER);
    if (at < 0) {
      if (this.#came.length > NOISE_LIMIT) throw wrong('more than 1 MiB came, and no agent among it', this.noise);
      return undefined;
    }
    const start = at + BANNER.length;
    const end = this.#came.indexOf('\n', start);
    if (end < 0 && this.#came.length - start <= WORD_LIMIT) return undefined;
    const word = this.#came.subarray(start, end < 0 ? start + WORD_LIMIT : end).toString('latin1');
    const rest = this.#came.subarray(end + 1);
    this.#came = this.#came.subarray(0, start);
    if (word === String(VERSION)) return { banner: { kind: 'ready' }, rest };
    if (word.startsWith('!python ')) return { banner: { kind: 'old', python: word.slice('!python '.length) }, rest };
    throw wrong(
      `the agent answered with protocol ${JSON.stringify(word)}, and this conc speaks ${VERSION}`,
      this.noise,
    );
  }
}

function wrong(message: string, noise: string): ConcError {
  return new ConcError({
    code: 'gateway.bad-banner',
    message,
    hint: 'log in by hand with the same ssh options, and see what prints at login',
    evidence: noise.slice(-2000).split('\n'),
    exit: 1,
  });
}
