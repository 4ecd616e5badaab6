import { shellOnNode } from '../../deploy/shell-node.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { askAt } from '../ask.ts';
import { consent } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';
import { who } from '../who.ts';

interface Options extends CommonOptions {
  readonly process?: string;
  readonly release?: string;
  readonly yes?: readonly string[];
}

export const define: Define = (command, context) => {
  command
    .argument('<node>', 'the name of one node')
    .option('--release <id>', 'in this release (default: the one that serves)')
    .option('--process <name>', 'with the environment of this process of the application')
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc shell web1                   the release's programs come first on PATH
  conc shell web1 --release r42     in another release: one that failed, say
  conc shell web1 --process web     with the variables that web is started with

It is your own shell on the node ($SHELL), in the release's folder. CONC_ROOT, CONC_RELEASE and CONC_SHARED say where
things are. The node's history keeps who was there, when, how long and the shell's exit code; not what was typed.

Exit codes: the shell's own; 1 to 3 where it could not be started.`,
    )
    .action(async (word: string) => {
      const options: Options = command.optsWithGlobals();
      const [node, ...more] = selectSettings([word], options, context);
      if (node === undefined || more.length > 0) throw oneNode(word);
      if (node.ssh !== undefined && !process.stdin.isTTY) throw noTerminal();
      await consent(node, options.yes ?? [], context);
      const request = { release: options.release ?? '', process: options.process ?? null, by: who() };
      const tell = (release: string): void => {
        if (options.quiet !== true) context.err(`${node.name}: a shell in ${release}; it ends with exit, or Ctrl-D`);
      };
      context.finish(await shellOnNode(node, request, askAt(context), tell));
    });
};

const oneNode = (word: string): ConcError =>
  new ConcError({ code: 'usage', message: `${word} is not one node`, hint: 'conc shell web1', exit: 2 });

const noTerminal = (): ConcError =>
  new ConcError({
    code: 'shell.no-terminal',
    message: 'A shell needs a terminal, and there is none here',
    hint: 'for a command without a terminal: conc exec NODE -- ARGV',
    exit: 2,
  });
