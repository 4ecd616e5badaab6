import { Secret } from './secret.ts';
import type { PasswordSource } from './source.ts';

/** A person at the terminal; `ask` shows a prompt and does not echo. */
export const terminalSource = (ask: (prompt: string) => Promise<string | undefined>): PasswordSource => ({
  name: 'the terminal',
  asksAgain: true,
  async read(prompt) {
    const typed = await ask(prompt);
    return typed === undefined ? undefined : new Secret(typed);
  },
});
