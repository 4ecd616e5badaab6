import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface ProgramResult {
  /** null: a signal ended it, or it could not be started. */
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, without a shell and with nothing on its stdin. One that can't be started has exit null and says why on stderr. */
export async function runProgram(
  argv: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv },
): Promise<ProgramResult> {
  const [command, ...args] = argv;
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<{ exit: number | null; failure: string }>((resolve) => {
    child.once('error', (error) => resolve({ exit: null, failure: error.message }));
    child.once('close', (exit) => resolve({ exit, failure: '' }));
  });
  const [stdout, stderr, { exit, failure }] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { exit, stdout, stderr: stderr + failure };
}
