import { Command, CommanderError } from 'commander';
import { ConcError } from '../errors/conc-error.ts';
import { commands } from './commands.ts';
import type { CliContext } from './context.ts';
import { keepSchemasPlain } from './plain-schemas.ts';
import { keepYoungSpaceSmall } from './young-space.ts';

const examples = `
Examples:
  conc check                    is everything in order?
  conc lock && conc build       resolve, then make the bundle
  conc plan web1                what would a deploy do?
  conc deploy web1              do it
  conc status @web              what serves on the group's nodes?
  conc rollback web1            back to the last proven release

Exit codes: 0 all well · 1 the change did not succeed · 2 wrong usage, config or project · 3 blocked · 4 incomplete`;

/** Reads the command line, loads the one command that it names, runs it. Wrong usage is a ConcError with exit 2. */
export async function runProgram(argv: readonly string[], context: CliContext, version: string): Promise<void> {
  keepYoungSpaceSmall();
  keepSchemasPlain();
  const program = withCommonOptions(new Command('conc'))
    .description('Change on Command: brings Python applications into production on machines that you own.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand(false)
    // Options behind a script's name are the script's.
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm })
    .addHelpText('after', examples);
  const named = argv.find((word) => commands.some(({ name }) => name === word));
  const { words, rest } = parted(argv, commands.find(({ name }) => name === named)?.takesRest === true);
  // The others are for help and for suggestions.
  const known = named !== undefined && named === argv[0] ? commands.filter(({ name }) => name === named) : commands;
  for (const entry of known) {
    const command = withCommonOptions(
      program.command(entry.name).summary(entry.summary).description(capital(entry.summary)),
    );
    if (entry.name === named) (await entry.load()).define(command, { ...context, rest });
  }
  strict(program, context);
  try {
    if (argv.length === 0) context.out(program.helpInformation().trimEnd() + examples);
    else await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    throw new ConcError({
      code: 'usage',
      message: error.message.replace(/^error: /, ''),
      hint: `see: conc ${named === undefined ? '' : `${named} `}--help`,
      exit: 2,
    });
  }
}

/** A command that passes words on takes those behind `--` as they are. */
function parted(argv: readonly string[], takesRest: boolean): Record<'words' | 'rest', readonly string[]> {
  const at = argv.indexOf('--');
  if (!takesRest || at < 0) return { words: argv, rest: [] };
  return { words: argv.slice(0, at), rest: argv.slice(at + 1) };
}

/** Commands are loaded when they are called: what their arguments are stands in the table too. */
function subcommandTerm(command: Command): string {
  const args = commands.find(({ name }) => name === command.name())?.args ?? '';
  return `${command.name()} ${args}`.trimEnd();
}

const withCommonOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'the conc.ini to read (default: here or above)')
    .option('--json', 'print JSON')
    .option('--quiet', 'print results and failures only')
    .option('--verbose', "print the node's log, and where errors came from");

/** Commander's own errors are thrown, and printed where all errors are; help goes to stdout. */
function strict(program: Command, context: CliContext): void {
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureOutput({
        writeOut: (text) => context.out(text.trimEnd()),
        writeErr: () => {},
        getOutHelpWidth: () => Math.min(process.stdout.columns ?? 100, 120),
      })
      .helpOption('-h, --help', 'print this help');
  }
}

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
