import { rollbackNode } from '../../deploy/deploy.ts';
import type { IfInterrupted } from '../../deploy/if-interrupted.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { type ChangeCommandOptions, changeCommand } from '../change-command.ts';
import { yesOption } from '../consent-option.ts';
import type { Define } from '../context.ts';
import { acceptForeignOption, etcWishes, overwriteOption } from '../etc-options.ts';
import { ifInterruptedOption } from '../if-interrupted-option.ts';
import { type ParallelOptions, parallelOption } from '../parallel-option.ts';
import { selectSettings } from '../select.ts';
import { sudoOption } from '../sudo-option.ts';
import { timingsOptions } from '../timings-option.ts';

interface Options extends Omit<ChangeCommandOptions, 'parallel'>, ParallelOptions {
  readonly until?: string;
  readonly acceptSchema?: boolean;
  readonly acceptDrift?: boolean;
  readonly acceptForeign?: readonly string[];
  readonly overwrite?: readonly string[];
  readonly ifInterrupted: IfInterrupted;
}

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('<node>', 'a name, @GROUP, or @all')
    .argument('[release]', 'an id, or its beginning such as r41 (default: the last proven one before the current)')
    .option('--until <job>', 'halt after this job; go on with: conc continue NODE')
    .option('--accept-schema', 'also past a migration that is not declared compatible')
    .option('--accept-drift', 'also to one whose files someone changed by hand')
    .addOption(acceptForeignOption())
    .addOption(overwriteOption())
    .addOption(ifInterruptedOption())
    .addOption(parallelOption())
    .addOption(yesOption())
    .addOption(sudoOption())
    .addHelpText(
      'after',
      `
Examples:
  conc rollback web1          to the last proven release before the current one
  conc rollback web1 r41      to that one
  conc releases web1          which there are

Only proven releases can be gone back to, and only while their files are as they were installed. Nothing is sent: the release is on the node.`,
    )
    .action(async (word: string, release: string | undefined) => {
      const options: Options = command.optsWithGlobals();
      const nodes = selectSettings([word], options, context);
      if (release !== undefined && nodes.length > 1) throw severalNodes(word, release);
      await changeCommand(nodes, options, context, (settings, change) =>
        rollbackNode(
          settings,
          {
            named: release,
            acceptSchema: options.acceptSchema === true,
            acceptDrift: options.acceptDrift === true,
            etc: etcWishes(options),
          },
          { ...change, until: options.until ?? null, bundle: null, ifInterrupted: options.ifInterrupted },
        ),
      );
    });
};

const severalNodes = (word: string, release: string): ConcError =>
  new ConcError({
    code: 'usage',
    message: `${release} names a release of one node, and ${word} is several`,
    hint: 'leave the release out, or name one node',
    exit: 2,
  });
