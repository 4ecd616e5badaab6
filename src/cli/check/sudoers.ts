import { planDeploy } from '../../deploy/deploy.ts';
import { each } from '../../deploy/each.ts';
import { withNode } from '../../deploy/open.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { leastRules, sudoersFile } from '../../plan/sudoers.ts';
import { askAt } from '../ask.ts';
import type { CliContext, CommonOptions } from '../context.ts';
import { findBundle } from '../find-bundle.ts';
import { selectSettings } from '../select.ts';
import { who } from '../who.ts';

export interface SudoersOptions extends CommonOptions {
  readonly bundle?: string;
}

/** Prints the least sudo rules of each node's user for a deploy of the bundle. Exit 1: there are jobs for which none can be given. */
export async function printSudoers(words: readonly string[], options: SudoersOptions, context: CliContext) {
  if (words.length === 0) throw noNode();
  const nodes = selectSettings(words, options, context);
  // Jobs of the phase `once` belong to one node's rules.
  const all = selectSettings(['@all'], options, context);
  const bundle = await findBundle(nodes, options, context);
  try {
    const ask = askAt(context);
    const found = await each(nodes, 16, (settings) =>
      withNode(settings, { ask }, async (open) => {
        const { user, uid } = open.session.facts;
        const once = settings.once || all.length === 1 ? settings.name : null;
        const plan = await planDeploy(open, bundle, who(), { once });
        const least = leastRules(plan);
        const lines =
          uid === 0 ? [`# ${user} on ${settings.name} is root: it needs no sudo.`] : sudoersFile(least, plan, user);
        return { node: settings.name, user, least, lines };
      }),
    );
    for (const { node, user, least, lines } of found) {
      context.out(
        options.json === true ? JSON.stringify({ node, user, ...least, sudoers: lines.join('\n') }) : lines.join('\n'),
      );
    }
    if (found.some(({ least }) => least.unusable.length > 0)) context.finish(1);
  } finally {
    await bundle.close();
  }
}

const noNode = (): ConcError =>
  new ConcError({
    code: 'usage',
    message: '--sudoers: of which node? The rules are for its user',
    hint: 'conc check --sudoers NODE',
    exit: 2,
  });
