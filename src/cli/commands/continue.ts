import { Option } from 'commander';
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

interface Options extends ChangeCommandOptions {
  readonly until?: string;
  readonly bundle?: string;
  readonly done?: string;
  readonly again?: string;
  readonly asBegun?: boolean;
}

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--until <job>', 'halt again after this job')
    .option('--step', 'show each job before it runs, and ask: run it, skip it, stop')
    .addOption(new Option('--done <job>', 'the next job was done by hand: go on after it').conflicts('again'))
    .option('--again <job>', 'the next job was cut off: run it again')
    .option('--bundle <file>', 'where code comes from: wheels that were not delivered yet, jobs that run here')
    .option('--as-begun', 'with the attributes that it was begun with, though conc.ini has others by now')
    .addOption(yesOption())
    .addOption(sudoOption())
    .addHelpText(
      'after',
      `
Examples:
  conc continue web1                  go on at the first job that is not done
  conc continue web1 --until switch   and halt again after that one
  conc continue web1 --done migrate   that job was done by hand

What is to be done stands on the node, as it was when the change began. Where conc.ini has other
attributes by now, or FILE is another bundle, that is refused and told.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const bundle = options.bundle === undefined ? null : await findBundle(nodes, options, context);
      try {
        await changeCommand(nodes, options, context, (settings, change) =>
          resumeNode(settings, 'continue', {
            ...{ ...change, until: options.until ?? null, bundle, said: saidOf(options) },
            asBegun: options.asBegun === true,
            bundleOf: (id) => bundleWithId(projectFolder(options, context), id),
          }),
        );
      } finally {
        await bundle?.close();
      }
    });
};

function saidOf({ done, again }: Options): { done: string } | { again: string } | undefined {
  if (done !== undefined) return { done };
  return again === undefined ? undefined : { again };
}
