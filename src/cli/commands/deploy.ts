import { deployNode } from '../../deploy/deploy.ts';
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
    .option('--bundle <file>', 'deploy this bundle (default: the newest that was built from what is here)')
    .option('--until <job>', 'halt after this job; go on with: conc continue NODE')
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc deploy web1                    the newest bundle, onto one node
  conc deploy @web                    the nodes of a group, one after the other
  conc deploy web1 --until install    all that changes nothing that serves; then look, then: conc continue web1
  conc deploy web1 --bundle FILE      a bundle that was built elsewhere

Ctrl-C once finishes the running job and halts; twice ends the job. A release that is not healthy is undone.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const bundle = await findBundle(nodes, options, context);
      try {
        await changeCommand(nodes, options, context, (settings, change) =>
          deployNode(settings, bundle, { ...change, until: options.until ?? null, bundle }),
        );
      } finally {
        await bundle.close();
      }
    });
};
