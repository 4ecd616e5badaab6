import { Option } from 'commander';
import { ConcError } from '../errors/conc-error.ts';
import type { CommonOptions } from './context.ts';

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

const noDescriptor = (text: string): ConcError =>
  new ConcError({
    code: 'usage',
    message: `--sudo-password-fd ${text}: not the number of a descriptor`,
    hint: '--sudo-password-fd 3 3< FILE',
    exit: 2,
  });
