import type { Bundle } from '../../bundle/types.ts';
import type { IfInterrupted } from '../../deploy/if-interrupted.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { type ChangeCommandOptions, changePrepared } from '../change-command.ts';
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
  readonly bundle?: string;
  readonly skip?: readonly string[];
  readonly reason?: string;
  readonly acceptDrift?: boolean;
  readonly acceptForeign?: readonly string[];
  readonly overwrite?: readonly string[];
  readonly ifInterrupted: IfInterrupted;
}

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--bundle <file>', 'deploy this bundle (default: the newest that was built from what is here)')
    .option('--until <job>', 'halt after this job; go on with: conc continue NODE')
    .option('--step', 'show each job before it runs, and ask: run it, skip it, stop')
    .option('--skip <job...>', 'leave these jobs out; the history says so, and why')
    .option('--reason <text>', 'why they are left out')
    .option('--accept-drift', 'also where the release is there already and someone changed its files by hand')
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
  conc deploy web1                    the newest bundle, onto one node
  conc deploy @web                    the nodes of a group: the first, then eight at a time
  conc deploy web1 --until install    all that changes nothing that serves; then look, then: conc continue web1
  conc deploy web1 --step             ask before each job
  conc deploy web1 --skip warm_cache --reason "no cache on this one"
  conc deploy web1 --if-interrupted=abandon   in CI: what a killed job left there is undone first
  conc deploy web1 --bundle FILE      a bundle that was built elsewhere

--if-interrupted=continue goes on with a change only if it is the same: this bundle, with these attributes. One that
runs blocks any other, whatever is said.

Of several nodes the first is changed alone (one that says once = yes, where jobs run once). One that does not come to a
good end stops the rest: what is under way is gone through with, no other is begun. Where jobs of the application's own run
on this machine, nodes go one by one.

Ctrl-C once finishes the running job and halts; twice ends the job. A release that is not healthy is undone.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const nodes = selectSettings(words, options, context);
      const skip = skipped(options);
      const opened: Bundle[] = [];
      try {
        await changePrepared(nodes, options, context, async () => {
          const { deployNode, findBundle, onceFor } = await import('../deploying.ts');
          const bundle = await findBundle(nodes, options, context);
          opened.push(bundle);
          const { node: once, order } = await onceFor(nodes, bundle, options, context);
          const wish = { once, acceptDrift: options.acceptDrift === true, etc: etcWishes(options) };
          const { until = null, ifInterrupted } = options;
          return {
            order,
            oneByOne: runsHere(bundle),
            changeOne: (settings, change) =>
              deployNode(settings, bundle, wish, { ...change, bundle, until, skip, ifInterrupted }),
          };
        });
      } finally {
        for (const bundle of opened) await bundle.close();
      }
    });
};

/** Jobs on this machine are run for one node at a time, so the nodes are too. */
const runsHere = ({ manifest }: Bundle): boolean => manifest.sequence.some(({ where }) => where === 'local');

/** Each skipped job with the reason: without one nobody could tell later why. */
function skipped({ skip = [], reason }: Options): Record<string, string> {
  if (skip.length > 0 && reason === undefined) throw noReason(skip);
  return Object.fromEntries(skip.map((job) => [job, reason ?? '']));
}

const noReason = (jobs: readonly string[]): ConcError =>
  new ConcError({
    code: 'usage',
    message: `--skip ${jobs.join(' ')} needs --reason TEXT: the history has to tell why`,
    state: 'nothing was changed',
    exit: 2,
  });
