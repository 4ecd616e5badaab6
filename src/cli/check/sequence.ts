import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSource } from '../../bundle/source.ts';
import { evaluate } from '../../config/evaluate.ts';
import type { Config, NodeSettings, Problem } from '../../config/types.ts';
import { checkSequence } from '../../near/check-sequence.ts';

/** The mistakes in the application's own list of jobs, each at the line of conc.ini that names it. */
export async function sequenceProblems(config: Config, nodes: readonly NodeSettings[]): Promise<readonly Problem[]> {
  const [first] = nodes.filter(({ jobs }) => jobs !== null);
  if (first === undefined || first.jobs === null) return [];
  const folder = dirname(config.file);
  const { files } = await readSource(folder, process.env);
  const made = join(folder, '.conc/near/current/venv/bin/python');
  const python = await access(made).then(
    () => made,
    () => nodes.find(({ gateway }) => gateway === 'popen')?.python ?? 'python3',
  );
  const source = evaluate(config, first.name).attributes.get('devops.jobs')?.source;
  const mistakes = await checkSequence({ folder, files, sequence: first.jobs, python });
  return mistakes.map(({ code, job, message, hint }) => ({
    code,
    level: 'error',
    source: source ?? { file: config.shown, line: 0, section: '' },
    message: `devops.jobs: ${job === null ? '' : `${job}: `}${message}`,
    ...(hint === null ? {} : { hint }),
  }));
}
