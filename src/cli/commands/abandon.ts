import { bundleWithId } from '../../bundle/with-id.ts';
import { resumeNode } from '../../deploy/resume.ts';
import { type ChangeCommandOptions, changeCommand } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { Define } from '../context.ts';
import { findBundle } from '../find-bundle.ts';
import { projectFolder } from '../project-folder.ts';
import { selectSettings } from '../select.ts';
import { sudoOption } from '../sudo-option.ts';
import { timingsOptions } from '../timings-option.ts';

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--bundle <file>', 'where the code of jobs comes from that ran on this machine, to undo them')
    .addOption(yesOption())
    .addOption(sudoOption())
    .addHelpText(
      'after',
      `
Examples:
  conc abandon web1     give up the change that was halted or interrupted there

The former release is switched back and restarted if it had been switched; what was staged is removed.`,
    )
    .action(async (words: string[]) => {
      const options: ChangeCommandOptions & { readonly bundle?: string } = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const bundle = options.bundle === undefined ? null : await findBundle(nodes, options, context);
      try {
        await changeCommand(nodes, options, context, (settings, change) =>
          resumeNode(settings, 'abandon', {
            ...change,
            until: null,
            bundle,
            bundleOf: (id) => bundleWithId(projectFolder(options, context), id),
          }),
        );
      } finally {
        await bundle?.close();
      }
    });
};
