import { createInterface, type Interface } from 'node:readline/promises';
import type { StepAnswer } from '../deploy/drive.ts';
import { ConcError } from '../errors/conc-error.ts';
import { jobLines } from '../plan/describe.ts';
import type { PlannedJob } from '../plan/plan.ts';
import { isIndispensable } from '../sequence/indispensable.ts';
import type { CliContext } from './context.ts';

/** Asks about a job, shown with what it would change. */
export type AskStep = (job: PlannedJob | string) => Promise<StepAnswer>;

/** `--step`: each job is shown before it runs, and a person says yes, skip or stop. ConcError where nobody is there to say it. */
export function stepAt(context: CliContext): AskStep {
  if (!context.interactive) throw nobody();
  return async (job) => {
    for (const line of typeof job === 'string' ? [job] : jobLines(job)) context.err(line);
    const skippable = !isIndispensable(typeof job === 'string' ? job : job.name);
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const stopped = new Promise<StepAnswer>((resolve) => {
      prompt.once('SIGINT', () => {
        context.err('');
        resolve({ go: 'stop' });
      });
      prompt.once('close', () => resolve({ go: 'stop' }));
    });
    try {
      return await Promise.race([answer(prompt, skippable, context), stopped]);
    } finally {
      prompt.close();
    }
  };
}

async function answer(prompt: Interface, skippable: boolean, context: CliContext): Promise<StepAnswer> {
  while (true) {
    const words = skippable ? 'y to run it, s to skip it, q to stop here: ' : 'y to run it, q to stop here: ';
    const said = (await prompt.question(`   ${words}`)).trim().toLowerCase();
    if (['', 'y', 'yes'].includes(said)) return { go: 'run' };
    if (['q', 'quit', 'stop'].includes(said)) return { go: 'stop' };
    if (skippable && ['s', 'skip'].includes(said)) {
      const reason = (await prompt.question('   why? The history will have it: ')).trim();
      if (reason !== '') return { go: 'skip', reason };
      context.err('   a job is skipped for a reason');
    }
  }
}

const nobody = (): ConcError =>
  new ConcError({
    code: 'step.no-terminal',
    message: '--step asks before each job, and there is no terminal to ask on',
    hint: 'leave it out; or halt after a job: --until JOB',
    state: 'nothing was changed',
    exit: 2,
  });
