import { dirname } from 'node:path';
import { Option } from 'commander';
import { findConfig } from '../config/find.ts';
import { shellWords } from '../config/shell-words.ts';
import type { NodeSettings } from '../config/types.ts';
import { SudoPasswords } from '../deploy/sudo.ts';
import { ConcError } from '../errors/conc-error.ts';
import { commandSource } from '../secrets/command.ts';
import { descriptorSource } from '../secrets/descriptor.ts';
import type { PasswordSource } from '../secrets/source.ts';
import { terminalSource } from '../secrets/terminal.ts';
import { askAt } from './ask.ts';
import type { CliContext, CommonOptions } from './context.ts';

/** For every command that may run jobs which need sudo. */
export interface SudoOptions extends CommonOptions {
  readonly sudoPasswordFd?: number;
}

/** `--sudo-password-fd N`. */
export const sudoOption = (): Option =>
  new Option(
    '--sudo-password-fd <n>',
    "the sudo password is the first line of this open descriptor; read only if a job needs it (default: sudo.password.command of conc.ini, else it's asked for)",
  ).argParser((text: string) => {
    if (!/^\d{1,6}$/.test(text)) throw noDescriptor(text);
    return Number(text);
  });

/** The sudo passwords of this run: from the descriptor, else from a node's `sudo.password.command`, else from the terminal. */
export function sudoPasswords(options: SudoOptions, context: CliContext): SudoPasswords {
  const { sudoPasswordFd: descriptor } = options;
  const ask = askAt(context);
  const fallback =
    descriptor !== undefined ? descriptorSource(descriptor) : ask === undefined ? undefined : terminalSource(ask);
  const commands = new Map<string, PasswordSource>();
  return new SudoPasswords(({ sudoPasswordCommand: command }: NodeSettings) => {
    if (descriptor !== undefined || command === undefined) return fallback;
    const known = commands.get(command);
    if (known !== undefined) return known;
    const source = commandSource(shellWords(command) ?? [command], dirname(findConfig(context.cwd, options.config)));
    commands.set(command, source);
    return source;
  });
}

const noDescriptor = (text: string): ConcError =>
  new ConcError({
    code: 'usage',
    message: `--sudo-password-fd ${text}: not the number of a descriptor`,
    hint: '--sudo-password-fd 3 3< FILE',
    exit: 2,
  });
