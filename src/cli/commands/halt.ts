import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeSettings } from '../../config/types.ts';
import { withNode } from '../../deploy/open.ts';
import { surveyRoot } from '../../release/survey.ts';
import type { ChangeRecord } from '../../release/types.ts';
import { askAt } from '../ask.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';
import { who } from '../who.ts';

/** Milliseconds between two looks at a change that is to halt. */
const EVERY = 300;

export const define: Define = (command, context) => {
  command
    .argument('<node...>', 'names, @GROUP, or @all')
    .addHelpText(
      'after',
      `
Examples:
  conc halt web1     from another terminal, or another machine: the running job is finished, then the change halts

From the switch to the confirmation a change is one: a halt waits until that is over. Ctrl-C ends the waiting, not the
halt. Then look, and go on with conc continue, or give up with conc abandon.`,
    )
    .action(async (words: string[]) => {
      const options: CommonOptions = command.optsWithGlobals();
      for (const settings of selectSettings(words, options, context)) await halt(settings, options, context);
    });
};

async function halt(settings: NodeSettings, options: CommonOptions, context: CliContext): Promise<void> {
  const { name, root, service } = settings;
  await withNode(settings, { ask: askAt(context) }, async ({ session }) => {
    await session.call('halt', { root, by: who() }).reply;
    let told = '';
    while (true) {
      const { change, current } = await surveyRoot(session, root, service);
      if (change?.state !== 'running') return context.out(ended(name, change, current, options));
      const job = change.job === null ? '' : `job ${change.job.index} of ${change.job.of}, ${change.job.name}`;
      if (job !== told && options.quiet !== true) context.err(`${name}: halts after ${job}`);
      told = job;
      await sleep(EVERY);
    }
  });
}

function ended(node: string, change: ChangeRecord | null, current: string | null, { json }: CommonOptions): string {
  if (json === true) return JSON.stringify({ node, halted: change !== null, job: change?.job?.name ?? null, current });
  if (change === null)
    return `${node}: the change came to its end before it could halt. ${current ?? 'Nothing'} serves`;
  const after = change.job === null ? 'before its first job' : `after ${change.job.name}`;
  return `${node}: halted ${after}. Go on: conc continue ${node} · give it up: conc abandon ${node}`;
}
