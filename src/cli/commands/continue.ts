import { resumeNode } from '../../deploy/resume.ts';
import { type ChangeCommandOptions, changeCommand } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { Define } from '../context.ts';
import { findBundle } from '../find-bundle.ts';
import { selectSettings } from '../select.ts';

interface Options extends ChangeCommandOptions {
  readonly until?: string;
  readonly bundle?: string;
}

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--until <job>', 'halt again after this job')
    .option('--bundle <file>', 'where wheels come from if some were not delivered yet')
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc continue web1                  go on at the first job that is not done
  conc continue web1 --until switch   and halt again after that one

What is to be done stands on the node, as it was when the change began.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const bundle = options.bundle === undefined ? null : await findBundle(nodes, options, context);
      try {
        await changeCommand(nodes, options, context, (settings, change) =>
          resumeNode(settings, 'continue', { ...change, until: options.until ?? null, bundle }),
        );
      } finally {
        await bundle?.close();
      }
    });
};
