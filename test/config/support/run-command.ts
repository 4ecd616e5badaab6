import { Command } from 'commander';
import type { CliContext, Define } from '../../../src/cli/context.ts';

/** What a command printed, and the exit code that it asked for. Errors are thrown, as main.ts gets them. */
export async function runCommand(
  define: Define,
  args: readonly string[],
  cwd: string,
): Promise<{ out: string; exit: number }> {
  const printed: string[] = [];
  let exit = 0;
  const context: CliContext = {
    out: (text) => printed.push(text),
    err: () => {},
    colour: false,
    live: false,
    interactive: false,
    cwd,
    finish: (code) => {
      exit = code;
    },
  };
  const command = new Command('it').option('--config <file>').option('--json').exitOverride();
  define(command, context);
  await command.parseAsync(args, { from: 'user' });
  return { out: printed.join('\n'), exit };
}
