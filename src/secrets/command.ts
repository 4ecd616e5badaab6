import { spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { ConcError } from '../errors/conc-error.ts';
import { Secret } from './secret.ts';
import type { PasswordSource } from './source.ts';

/** The first line that a command prints, as `sudo.password.command` names it. Run without a shell, once, when it is needed. */
export function commandSource(argv: readonly string[], cwd: string): PasswordSource {
  const name = `sudo.password.command (${argv[0]})`;
  let read: Promise<Secret> | undefined;
  return {
    name,
    asksAgain: false,
    read: () => {
      read ??= firstLine(argv, cwd, name);
      return read;
    },
  };
}

/** It may itself ask at the terminal, a password manager for its own: its stdin and stderr are ours. */
async function firstLine([program = '', ...rest]: readonly string[], cwd: string, name: string): Promise<Secret> {
  const child = spawn(program, rest, { cwd, stdio: ['inherit', 'pipe', 'inherit'] });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? '' : `it ended with ${signal ?? `exit code ${code}`}`));
  });
  const [output, fault] = await Promise.all([buffer(child.stdout), ended]);
  if (fault !== '') throw failed(name, fault);
  const end = output.indexOf(0x0a);
  const secret = new Secret(output.toString('utf8', 0, end < 0 ? output.length : end));
  output.fill(0);
  if (secret.equals(new Secret(''))) throw failed(name, 'the first line that it prints is empty');
  return secret;
}

const failed = (name: string, why: string): ConcError =>
  new ConcError({
    code: 'sudo.command',
    message: `${name} gave no password: ${why}`,
    hint: 'it is run without a shell, and has to print the password as its first line',
    state: 'nothing was changed',
    exit: 2,
  });
