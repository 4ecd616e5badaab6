import type { Secret } from './secret.ts';

/** Where passwords come from. */
export interface PasswordSource {
  /** As a message names it: `--sudo-password-fd 3`. */
  readonly name: string;
  /** May another answer come to the same question? A person's may. */
  readonly asksAgain: boolean;
  /** undefined: none is given. ConcError `sudo.*` where the source itself fails. */
  readonly read: (prompt: string) => Promise<Secret | undefined>;
}
