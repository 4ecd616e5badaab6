import { join } from 'node:path';
import { commands } from '../../src/cli/commands.ts';
import { runProgram } from '../../src/cli/program.ts';
import { version } from '../../src/cli/version.ts';

const root = join(import.meta.dirname, '..', '..');
const WIDTH = 100;

/** Where the page stands. A test compares it with what this module makes. */
export const commandsPage: string = join(root, 'docs', 'reference', 'commands.md');

/** The reference of the command line: what each command's `--help` says, what is common to all said once. */
export async function renderCommands(): Promise<string> {
  const parts: string[] = [];
  for (const { name } of commands) parts.push(`## conc ${name}\n\n\`\`\`\n${ownPart(await helpOf(name))}\n\`\`\`\n`);
  return `${introduction(await helpOf())}\n${parts.join('\n')}`;
}

const introduction = (help: string): string => `# Commands

<!-- Made by scripts/reference.ts from the commands' own help. Change that, then run it. -->

What \`conc COMMAND --help\` says. NODE may be several names, \`@GROUP\`, or \`@all\`; a name that matches nothing is an error.
Data goes to stdout; progress, warnings and logs go to stderr. \`NO_COLOR\` is honoured. What the exit codes mean, and the words that
changes and releases are described with, stands in [Outcomes and exit codes](outcomes.md).

Every command takes:

\`\`\`
${commonOptions(help).join('\n')}
\`\`\`
`;

async function helpOf(...command: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const out = (text: string): void => void lines.push(text);
  const quiet = { colour: false, live: false, interactive: false, cwd: root, err: out, finish: () => {} };
  // The same for everyone, however wide the terminal is.
  process.stdout.columns = WIDTH;
  await runProgram([...command, '--help'], { ...quiet, out }, version());
  return lines.join('\n').trimEnd();
}

const COMMON = /^ +(--config|--json|--quiet|--verbose|-h, --help)\b.*$/;

const commonOptions = (help: string): string[] => help.split('\n').filter((line) => COMMON.test(line));

function ownPart(help: string): string {
  const lines = help.split('\n').filter((line) => !COMMON.test(line));
  return lines.join('\n').replace(/^Options:\n(?! )\n?/m, '');
}
