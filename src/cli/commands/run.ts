import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { openRun } from '../../run/open-run.ts';
import { askAt } from '../ask.ts';
import { consent } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { CommonOptions, Define } from '../context.ts';
import { who } from '../who.ts';

interface Options extends CommonOptions {
  readonly python?: string;
  readonly yes?: readonly string[];
}

export const define: Define = (command, context) => {
  command
    .argument('<script>', 'a Python file')
    .argument('<node>', 'the node that it is about, of conc.ini')
    .argument('[argv...]', 'arguments of the script; {ini} stands for an ini file with the node’s attributes')
    .option(
      '--python <path>',
      'the interpreter of the script (default: .venv/bin/python3 beside conc.ini, else python3)',
    )
    .addOption(yesOption())
    .passThroughOptions()
    .addHelpText(
      'after',
      `
In the script \`import execnet\` finds conc's own: execnet.Group().makegateway("conc=web1"), "popen" or "ssh=…".
Its exit code is that of conc. Options of conc stand before the script.

Examples:
  conc run devops/conc.py web1 {ini} web1    the script reads the node's attributes with configparser
  conc run --python .venv/bin/python devops/audit.py web1 --deep

Exit code: the script's own; 1 when the node can't be reached; 2 for wrong usage.`,
    )
    .action(async (script: string, node: string, argv: string[]) => {
      const options: Options = command.optsWithGlobals();
      const sha256 = createHash('sha256').update(readScript(script)).digest('hex');
      const run = openRun({
        cwd: context.cwd,
        config: options.config,
        node,
        python: options.python,
        ask: askAt(context),
        log: (id, { name, message }) => {
          if (options.quiet !== true) context.err(`${id} ${name} | ${message}`);
        },
        lost: (id, error) => context.err(`${id}: ${error.message}`),
        unheard: (error) =>
          context.err(`${error.message}\nthe history of ${node} says that the script was interrupted; it was not`),
      });
      await consent(run.settings, options.yes ?? [], context);
      const note = [`${basename(script)} (sha256 ${sha256.slice(0, 12)})`, ...argv].join(' ');
      context.finish(await run.start({ script, argv, by: who(), note }));
    });
};

function readScript(script: string): Buffer {
  try {
    return readFileSync(script);
  } catch (cause) {
    throw new ConcError({
      code: 'run.script',
      message: `${script} can't be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'the first argument is a Python file: conc run SCRIPT NODE',
      exit: 2,
      cause,
    });
  }
}
