import { StringDecoder } from 'node:string_decoder';
import type { SshSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { type Ask, openAskpass } from './askpass.ts';
import { type Backend, processBackend } from './backend.ts';
import { commandArguments } from './ssh-argv.ts';
import { sshFailure } from './ssh-failure.ts';

export interface ShellRun {
  /** What the command reads; then its input ends. */
  readonly input: string;
  /** Each line of its stdout, as it comes. */
  readonly onLine: (line: string) => void;
  readonly ask: Ask | undefined;
  /** Ends the near process; a far command meets the end of its pipes. */
  readonly signal: AbortSignal;
}

export interface ShellEnd {
  readonly code: number | null;
  /** What it, and ssh, said on stderr: the last lines. */
  readonly words: readonly string[];
}

/** Seconds, for the TCP connection. */
const CONNECT = 15;

/**
 * Runs a command of the login shell, near (`ssh` undefined) or far: for machines that an agent does not run on yet. Host keys are
 * checked as strictly as for an agent. ConcError where ssh could not log in; how the command ends is no error.
 */
export async function runShell(
  { node, ssh }: { readonly node: string; readonly ssh: SshSettings | undefined },
  command: string,
  { input, onLine, ask, signal }: ShellRun,
): Promise<ShellEnd> {
  const askpass = ssh !== undefined && ask !== undefined ? await openAskpass(ask) : undefined;
  try {
    const needs = { prompts: askpass !== undefined, connectTimeout: CONNECT };
    const backend =
      ssh === undefined
        ? processBackend('sh', ['-c', command])
        : processBackend('ssh', commandArguments(ssh, command, needs), { env: { ...process.env, ...askpass?.env } });
    const heard = listen(backend, onLine);
    const leave = (): void => backend.kill();
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    backend.write(Buffer.from(input));
    backend.end();
    const ending = await backend.ended;
    signal.removeEventListener('abort', leave);
    if (ending.kind === 'failed') throw ending.error;
    if (ending.kind === 'not-started') throw notStarted(ssh === undefined ? 'sh' : 'ssh', ending.error);
    if (ssh !== undefined && ending.code === 255 && !heard() && !signal.aborted) {
      throw sshFailure({ kind: 'ssh', node, python: '', ssh }, backend.words.slice(-20));
    }
    return { code: ending.code, words: backend.words };
  } finally {
    await askpass?.close();
  }
}

/** Gives whether anything was heard. */
function listen(backend: Backend, onLine: (line: string) => void): () => boolean {
  const decoder = new StringDecoder('utf8');
  let partial = '';
  let any = false;
  backend.listen((bytes) => {
    any = true;
    const lines = (partial + decoder.write(bytes)).split(/\r?\n/);
    partial = (lines.pop() ?? '').slice(-LONGEST);
    for (const line of lines) onLine(line.slice(0, LONGEST));
  });
  return () => any;
}

/** Characters of a line that anybody reads. */
const LONGEST = 4096;

const notStarted = (program: string, error: NodeJS.ErrnoException): ConcError =>
  new ConcError({
    code: 'gateway.no-ssh',
    message: `${program} can not be started on this machine`,
    hint: "install OpenSSH's client",
    evidence: [error.message],
    exit: 2,
    cause: error,
  });
