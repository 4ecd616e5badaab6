import { ConcError } from '../errors/conc-error.ts';
import type { Backend, Ending } from './backend.ts';
import type { BannerScanner } from './banner.ts';
import { sshFailure } from './ssh-failure.ts';
import type { Target } from './types.ts';

/** Never resolves; rejects with what it means that a backend ended before the agent's hello. */
export async function notConnected(target: Target, backend: Backend, scanner: BannerScanner): Promise<never> {
  const ending = await backend.ended;
  throw diagnose(target, ending, backend.words, scanner.noise);
}

/** What a person is told when no agent came up: ssh's or the shell's own words are the evidence. */
function diagnose(target: Target, ending: Ending, words: readonly string[], noise: string): ConcError {
  if (ending.kind === 'failed') return ending.error;
  if (ending.kind === 'not-started') return notStarted(target, ending.error);
  const said = [...words, ...noise.split('\n')].map((line) => line.trimEnd()).filter((line) => line !== '');
  const evidence = said.slice(-20);
  if (target.kind === 'ssh' && ending.code === 255) return sshFailure(target, evidence);
  const python = target.kind === 'recorder' ? 'python3' : target.python;
  if (said.some((line) => /unknown option:? -I/i.test(line))) return tooOld(target, 'before 3.4', evidence);
  if (ending.code === 127 || said.some((line) => /command not found|unknown command|no such file/i.test(line))) {
    return noPython(target, python, evidence);
  }
  if (ending.code === 126) {
    return new ConcError({
      code: 'gateway.python-not-run',
      message: `${target.node} can't run ${python}`,
      hint: 'is it executable, for this machine, and on a file system that is not mounted noexec?',
      evidence,
      exit: 3,
    });
  }
  return new ConcError({
    code: 'gateway.no-agent',
    message: `${target.node} ended the connection before the agent was there: ${ended(ending)}`,
    hint:
      target.kind === 'ssh'
        ? `does the account have a login shell that runs commands? Try: ssh ${target.ssh.host} ${python} --version`
        : `try: ${python} --version`,
    evidence,
    exit: 1,
  });
}

/** A Python that conc's agent doesn't run on. */
export function tooOld(target: Target, version: string, evidence: readonly string[] = []): ConcError {
  return new ConcError({
    code: 'gateway.python-too-old',
    message: `${target.node} has Python ${version}, and conc needs 3.8 or newer there`,
    hint: 'install a newer python3 on the node, or set python to the path of one',
    evidence,
    exit: 3,
  });
}

function noPython(target: Target, python: string, evidence: readonly string[]): ConcError {
  return new ConcError({
    code: 'gateway.no-python',
    message: `${target.node} has no ${python}`,
    hint: `install python3 on the node, or set python to the path of an interpreter${target.kind === 'ssh' ? `. On a bare machine: conc prepare ${target.node} --apply --login root` : ''}`,
    evidence,
    exit: 3,
  });
}

function notStarted(target: Target, error: NodeJS.ErrnoException): ConcError {
  if (target.kind === 'popen') {
    return error.code === 'ENOENT'
      ? noPython(target, target.python, [error.message])
      : diagnose(target, { kind: 'exit', code: 126, signal: null }, [error.message], '');
  }
  return new ConcError({
    code: 'gateway.no-ssh',
    message: 'ssh can not be started on this machine',
    hint: "install OpenSSH's client",
    evidence: [error.message],
    exit: 2,
    cause: error,
  });
}

function ended(ending: { readonly code: number | null; readonly signal: string | null }): string {
  return ending.signal === null ? `exit code ${ending.code}` : `ended by ${ending.signal}`;
}
