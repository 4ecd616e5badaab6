import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';

/** What runs on the controller: beside `src/` in the repo, and beside `dist/` in the package. */
const FOLDER = join(import.meta.dirname, '..', '..', 'agent', 'conc_run');
export const EXECNET = join(FOLDER, 'execnet');
const LAUNCH = join(FOLDER, 'launch.py');

export interface ScriptOptions {
  /** The interpreter. */
  readonly python: string;
  readonly script: string;
  readonly argv: readonly string[];
  /** The relay's socket. */
  readonly socket: string;
}

/**
 * Runs a script in the terminal's foreground, with conc's own input and outputs; resolves with its exit code, 128 + N
 * where signal N ended it. Ctrl-C is the script's: the terminal sends it to both, and conc waits. Other signals are passed on.
 */
export async function runScript({ python, script, argv, socket }: ScriptOptions): Promise<number> {
  const child = spawn(python, [LAUNCH, script, ...argv], {
    stdio: 'inherit',
    env: { ...process.env, CONC_RUN_SOCKET: socket },
  });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const wait = (): void => {};
  process.on('SIGINT', wait).on('SIGTERM', pass).on('SIGHUP', pass);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(notStarted(python, cause)));
      child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
    });
  } finally {
    process.off('SIGINT', wait).off('SIGTERM', pass).off('SIGHUP', pass);
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (constants.signals[signal] ?? 0);
}

function notStarted(python: string, cause: Error): ConcError {
  return new ConcError({
    code: 'run.python',
    message: `${python} can't be started: ${cause.message}`,
    hint: 'name another interpreter: conc run --python PATH …',
    exit: 2,
    cause,
  });
}
