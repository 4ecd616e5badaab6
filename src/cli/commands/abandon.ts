import { resumeNode } from '../../deploy/resume.ts';
import { type ChangeCommandOptions, changeCommand } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { Define } from '../context.ts';
import { selectSettings } from '../select.ts';

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .addOption(yesOption())
    .addHelpText(
      'after',
      `
Examples:
  conc abandon web1     give up the change that was halted or interrupted there

The former release is switched back and restarted if it had been switched; what was staged is removed.`,
    )
    .action(async (words: string[]) => {
      const options: ChangeCommandOptions = command.optsWithGlobals();
      await changeCommand(selectSettings(words, options, context), options, context, (settings, change) =>
        resumeNode(settings, 'abandon', { ...change, until: null, bundle: null }),
      );
    });
};
