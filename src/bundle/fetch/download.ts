import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConcError } from '../../errors/conc-error.ts';
import { authorizationFor } from './netrc.ts';

export type Transport = typeof globalThis.fetch;

/** Writes what an address answers to a file. Tries again after what may pass. ConcError `fetch.failed`. */
export async function download(
  url: string,
  to: string,
  { transport, env }: { readonly transport: Transport; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const authorization = await authorizationFor(new URL(url), env);
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  for (let attempt = 0; ; attempt += 1) {
    const problem = await attemptDownload(transport, url, headers, to);
    if (problem === null) return;
    const wait = waits[attempt];
    if (!problem.passing || wait === undefined) throw failed(url, problem.words);
    await sleep(wait);
  }
}

/** Milliseconds before each new attempt. */
const waits = [500, 2000, 5000];
/** Milliseconds without a byte after which a connection counts as dead. */
const silence = 60_000;

interface Problem {
  readonly words: string;
  readonly passing: boolean;
}

async function attemptDownload(
  transport: Transport,
  url: string,
  headers: Record<string, string>,
  to: string,
): Promise<Problem | null> {
  const quiet = new AbortController();
  const timer = setTimeout(() => quiet.abort(new Error('no byte for a minute')), silence);
  try {
    const response = await transport(url, { headers, signal: quiet.signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const passing = response.status === 429 || response.status >= 500;
      return { words: `${response.status} ${response.statusText}`.trim(), passing };
    }
    const body = Readable.fromWeb(response.body);
    body.on('data', () => timer.refresh());
    await pipeline(body, createWriteStream(to));
    return null;
  } catch (error) {
    return { words: inWords(error), passing: true };
  } finally {
    clearTimeout(timer);
  }
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
    hint: 'Is the network there, and, for a private index, an entry for it in ~/.netrc? What was fetched before is kept',
    exit: 2,
  });
}
