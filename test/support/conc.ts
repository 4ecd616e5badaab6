import { spawn } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** From the sources; compiled, for a run that starts it a thousand times. */
const main = process.env.CONC_TEST_MAIN ?? fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Written to descriptor 3, which is then closed. Without it there is none. */
  readonly third?: string;
  /** Called with the process, to send it signals. */
  readonly started?: (child: { readonly pid?: number | undefined; kill(signal: NodeJS.Signals): boolean }) => void;
  /** Called with what came on stderr so far, at every piece. */
  readonly onErr?: (sofar: string) => void;
  readonly onOut?: (sofar: string) => void;
}

/** Runs conc as a person would: a process of its own, its exit code and both outputs. */
export function conc(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...args], {
      cwd: options.cwd,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
      stdio: options.third === undefined ? 'pipe' : ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOut?.(stdout);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onErr?.(stderr);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(options.input ?? '');
    const third = child.stdio[3];
    // Who closes it with something unread, or without reading, is no fault of ours.
    if (third instanceof Writable) third.on('error', () => {}).end(options.third);
    options.started?.(child);
  });
}

/** The lines of `--json` output of changing commands. */
export const jsonLinesOf = (run: Run): Record<string, unknown>[] =>
  run.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Record<string, unknown> => JSON.parse(line));
