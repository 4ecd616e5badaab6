import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConcError } from '../../errors/conc-error.ts';
import type { Surroundings } from './authorization.ts';
import { authorizationFor, keyringAuthorization } from './authorization.ts';

export type Transport = typeof globalThis.fetch;

/** What requests are made with. */
export interface Network extends Surroundings {
  readonly transport: Transport;
}

/** Writes what an address answers to a file. Tries again after what may pass. ConcError `fetch.failed`. */
export async function download(url: string, to: string, network: Network): Promise<void> {
  const problem = await tryDownload(url, to, network);
  if (problem !== null) throw failed(url, problem.words);
}

/** The same; why not, instead of an error. */
export async function tryDownload(url: string, to: string, network: Network): Promise<Problem | null> {
  for (let attempt = 0; ; attempt += 1) {
    const problem = await attemptDownload(url, to, network);
    const wait = waits[attempt];
    if (problem === null || !problem.passing || wait === undefined) return problem;
    await sleep(wait);
  }
}

/** Milliseconds before each new attempt. */
const waits = [500, 2000, 5000];
/** Milliseconds without a byte after which a connection counts as dead. */
const silence = 60_000;

export interface Problem {
  readonly words: string;
  readonly passing: boolean;
  /** HTTP's; null: there was no answer. */
  readonly status: number | null;
}

async function attemptDownload(url: string, to: string, network: Network): Promise<Problem | null> {
  const quiet = new AbortController();
  const timer = setTimeout(() => quiet.abort(new Error('no byte for a minute')), silence);
  try {
    const response = await request(url, 'GET', network, quiet.signal);
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const { status, statusText } = response;
      return { words: `${status} ${statusText}`.trim(), passing: status === 429 || status >= 500, status };
    }
    const body = Readable.fromWeb(response.body);
    body.on('data', () => timer.refresh());
    await pipeline(body, createWriteStream(to));
    return null;
  } catch (error) {
    return { words: inWords(error), passing: true, status: null };
  } finally {
    clearTimeout(timer);
  }
}

/** Asks with what netrc and the environment say of who asks; once more with the keyring's, where that is refused. */
export async function request(
  url: string,
  method: 'GET' | 'HEAD',
  network: Network,
  signal: AbortSignal,
): Promise<Response> {
  const { transport } = network;
  const authorization = await authorizationFor(new URL(url), network);
  const response = await transport(url, { method, signal, headers: authorization === null ? {} : { authorization } });
  if (response.status !== 401 && response.status !== 403) return response;
  const other = await keyringAuthorization(new URL(url), network);
  if (other === null || other === authorization) return response;
  await response.body?.cancel();
  return transport(url, { method, signal, headers: { authorization: other } });
}

/** undici says just "fetch failed"; what failed is the cause. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function failed(url: string, words: string): ConcError {
  const { host, pathname } = new URL(url);
  return new ConcError({
    code: 'fetch.failed',
    message: `${host} doesn't give ${pathname.split('/').at(-1)}: ${words}`,
    hint: 'Is the network there, and, for a private index, its credentials: in ~/.netrc, the keyring, or the index’s address in the environment? What was fetched before is kept',
    exit: 2,
  });
}
