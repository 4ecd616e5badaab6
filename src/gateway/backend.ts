import { type ChildProcess, spawn } from 'node:child_process';
import type { ConcError } from '../errors/conc-error.ts';

/** How a backend ended. */
export type Ending =
  | { readonly kind: 'exit'; readonly code: number | null; readonly signal: string | null }
  | { readonly kind: 'not-started'; readonly error: NodeJS.ErrnoException }
  /** The backend itself found that it can't go on: a replay that heard something else. */
  | { readonly kind: 'failed'; readonly error: ConcError };

/** What carries bytes to a node and back: ssh, a child process, or a recording. */
export interface Backend {
  /** Calls back with bytes from the node. Called once, before anything is written. */
  listen(listener: (bytes: Buffer) => void): void;
  write(bytes: Uint8Array): void;
  /** No more will be written. */
  end(): void;
  /** What the transport itself said so far (ssh's stderr), line by line; the last 200. */
  readonly words: readonly string[];
  /** Never rejects. */
  readonly ended: Promise<Ending>;
  /** Ends the near process, by its pid; nothing where there is none, or it is gone. */
  kill(): void;
  /** Lets the near process go on alone: it has seen the end of input, and ends by itself. */
  leave(): void;
}

export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

const WORDS_KEPT = 200;
/** Milliseconds that pipes may stay open after the exit: a process that ssh left in the background may hold them. */
const LINGER = 1000;
/** Milliseconds between SIGTERM and SIGKILL. */
const PATIENCE = 2000;

/** A child in a session of its own (setsid), so that the terminal's Ctrl-C and hang-up don't reach it. */
export function processBackend(command: string, args: readonly string[], options: ProcessOptions = {}): Backend {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
  });
  const words: string[] = [];
  let partial = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (partial + text).split(/\r?\n/);
    partial = lines.pop() ?? '';
    words.push(...lines);
    words.splice(0, words.length - WORDS_KEPT);
  });
  child.stderr.on('end', () => {
    if (partial !== '') words.push(partial);
    partial = '';
  });
  // The end of the process tells why; a broken pipe says nothing more.
  child.stdin.on('error', () => {});
  return {
    listen: (listener) => void child.stdout.on('data', listener),
    write: (bytes) => void (child.stdin.writable && child.stdin.write(bytes)),
    end: () => void child.stdin.end(),
    words,
    ended: endOf(child),
    kill: () => endByPid(child),
    leave: () => {
      child.unref();
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
    },
  };
}

function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ kind: 'not-started', error }));
    child.once('close', (code, signal) => resolve({ kind: 'exit', code, signal }));
    child.once('exit', (code, signal) => {
      const giveUp = (): void => {
        resolve({ kind: 'exit', code, signal });
        // A pipe that someone else holds would keep conc itself from ending.
        for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe?.destroy();
      };
      setTimeout(giveUp, LINGER).unref();
    });
  });
}

function endByPid(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref();
}
