import type { NodeSettings } from '../../config/types.ts';
import { each } from '../../deploy/each.ts';
import { type ExecRequest, type ExecSignal, type ExecStreams, execOnNode } from '../../deploy/exec-node.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { askAt } from '../ask.ts';
import { consent } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { lineWriter } from '../line-writer.ts';
import { errorLines } from '../print-error.ts';
import { selectSettings } from '../select.ts';
import { who } from '../who.ts';

interface Options extends CommonOptions {
  readonly process?: string;
  readonly release?: string;
  readonly yes?: readonly string[];
}

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .usage('[options] <node...> -- <argv...>')
    .option('--process <name>', 'with the environment of this process of the application')
    .option('--release <id>', 'in this release (default: the one that serves)')
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc exec web1 -- python -m django showmigrations
  conc exec web1 --process web -- env         with the variables that web is started with
  conc exec web1 -- psql shop < dump.sql      input, output and exit code are the command's own
  conc exec @web -- df -h .                   on several nodes: each line with its node's name

The release's programs come first on PATH; CONC_ROOT, CONC_RELEASE and CONC_SHARED say where it is. It runs as the user
that deploys, and no shell reads the words: for a pipe, conc exec web1 -- sh -c '… | …'. Ctrl-C goes to the command.

The node's history keeps who ran it, when, its words and its exit code: don't write secrets into its words, let it read
them from its input or from a file.

Exit codes: the command's own; over several nodes that of the first one that did not end with 0. 1 to 3 where it could not be run.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const argv = context.rest ?? [];
      if (argv.length === 0) throw noCommand();
      const nodes = selectSettings(words, options, context);
      for (const node of nodes) await consent(node, options.yes ?? [], context);
      const request = { argv, release: options.release ?? '', process: options.process ?? null, by: who() };
      const exits = await each(nodes, 16, (node) => exec(node, request, options, context, nodes.length === 1));
      context.finish(exits.find((exit) => exit !== 0) ?? 0);
    });
};

async function exec(
  settings: NodeSettings,
  request: ExecRequest,
  options: Options,
  context: CliContext,
  alone: boolean,
): Promise<number> {
  const json = options.json === true;
  const { name } = settings;
  const text = alone && !json ? null : lineWriter((stream, line) => show(name, stream, line, json, context));
  const streams: ExecStreams = {
    input: alone && !json ? process.stdin : null,
    write: text === null ? writeThrough : async (stream, bytes) => text.add(stream, bytes),
    onSignal,
  };
  try {
    const end = await execOnNode(settings, request, streams, askAt(context));
    text?.end();
    if (json) context.out(JSON.stringify({ node: name, event: 'end', ...end }));
    return end.exit;
  } catch (error) {
    if (alone || !(error instanceof ConcError)) throw error;
    text?.end();
    if (json) context.out(JSON.stringify({ node: name, event: 'error', error: error.toJSON() }));
    else for (const line of errorLines(error, options.verbose === true)) context.err(`${name}: ${line}`);
    return error.exit;
  } finally {
    // Whatever waits for more input has nobody to give it to.
    if (alone) process.stdin.destroy();
  }
}

function show(node: string, stream: 'stdout' | 'stderr', line: string, json: boolean, context: CliContext): void {
  if (json) context.out(JSON.stringify({ node, event: 'line', stream, line }));
  else (stream === 'stdout' ? context.out : context.err)(`${node}: ${line}`);
}

/** As it comes, byte for byte. */
const writeThrough: ExecStreams['write'] = (stream, bytes) =>
  new Promise((resolve) => {
    process[stream].write(bytes, () => resolve());
  });

function onSignal(listener: (signal: ExecSignal) => void): () => void {
  const signals = { SIGINT: 'INT', SIGTERM: 'TERM', SIGHUP: 'HUP', SIGQUIT: 'QUIT' } as const;
  const undo = Object.entries(signals).map(([signal, name]) => {
    const heard = (): void => listener(name);
    process.on(signal, heard);
    return () => process.off(signal, heard);
  });
  return () => {
    for (const off of undo) off();
  };
}

const noCommand = (): ConcError =>
  new ConcError({
    code: 'usage',
    message: 'There is no command to run',
    hint: 'it stands behind two dashes: conc exec web1 -- python --version',
    exit: 2,
  });
