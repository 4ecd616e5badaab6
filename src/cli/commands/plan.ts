import { withNode } from '../../deploy/open.ts';
import { OpenAhead } from '../../deploy/open-ahead.ts';
import { askAt } from '../ask.ts';
import type { Define } from '../context.ts';
import { reportOf } from '../report-of.ts';
import { selectSettings } from '../select.ts';
import { type TimingsOptions, timingsOptions, timingsWish } from '../timings-option.ts';
import { who } from '../who.ts';

interface Options extends TimingsOptions {
  readonly byHand?: boolean;
  readonly bundle?: string;
  readonly diff?: boolean;
}

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('<node...>', 'names, @GROUP, or @all')
    .option('--by-hand', 'what a person would type to do the same, and to put it back')
    .option('--diff', 'files of the etc tree line by line: what is there against what will be, and who changed it')
    .option('--bundle <file>', 'plan with this bundle (default: the newest that was built from what is here)')
    .addHelpText(
      'after',
      `
Examples:
  conc plan web1              each job, with what it would change
  conc plan web1 --by-hand    the same as shell lines
  conc plan web1 --diff       with the files of the etc tree, line by line
  conc plan @web --json       one object a line

The node is looked at and not changed.`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const ask = askAt(context);
      const nodes = selectSettings(words, options, context);
      const timings = await timingsWish(options, context);
      const { observe } = timings;
      await using ahead = new OpenAhead();
      const [only, ...more] = nodes;
      if (only !== undefined && more.length === 0) ahead.begin(only, { ask, observe });
      const { describePlan, findBundle, onceFor, planDeploy, planJson, servesAlready } = await import('../planning.ts');
      const bundle = await findBundle(nodes, options, context);
      try {
        const { node: once, order } = await onceFor(nodes, bundle, options, context);
        for (const settings of order) {
          await withNode(settings, { ask, observe, ahead }, async (open) => {
            const plan = await planDeploy(open, bundle, who(), { once, diff: options.diff === true, lists: true });
            if (options.json === true) return context.out(JSON.stringify(planJson(plan)));
            for (const line of describePlan(plan, { byHand: options.byHand === true })) context.out(line);
            if (servesAlready(plan.change))
              context.out(`${plan.node} serves this release already: a deploy would change nothing.`);
          });
        }
        timings.tell(reportOf(options, context));
      } finally {
        await timings.write();
        await bundle.close();
      }
    });
};
