import { dirname } from 'node:path';
import { findConfig } from '../config/find.ts';
import { shellWords } from '../config/shell-words.ts';
import type { NodeSettings } from '../config/types.ts';
import { SudoPasswords } from '../deploy/sudo.ts';
import { commandSource } from '../secrets/command.ts';
import { descriptorSource } from '../secrets/descriptor.ts';
import type { PasswordSource } from '../secrets/source.ts';
import { terminalSource } from '../secrets/terminal.ts';
import { askAt } from './ask.ts';
import type { CliContext } from './context.ts';
import type { SudoOptions } from './sudo-option.ts';

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
