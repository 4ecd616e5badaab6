import { ConcError } from '../errors/conc-error.ts';

/** What comes after these jobs stands on them: they can't be skipped, and look for themselves whether they were done. */
const indispensable: readonly string[] = ['deliver', 'install', 'switch', 'confirm'];

export const isIndispensable = (job: string): boolean => indispensable.includes(job);

/**
 * That jobs named by a person are there, and may be left out.
 * @throws ConcError `sequence.no-such-job`, `sequence.not-skippable` (exit 2)
 */
export function checkNamed(
  jobs: readonly string[],
  named: { readonly until: string | null; readonly skip: object },
): void {
  for (const [option, name] of [
    ...(named.until === null ? [] : [['--until', named.until] as const]),
    ...Object.keys(named.skip).map((each) => ['--skip', each] as const),
  ]) {
    if (!jobs.includes(name)) throw noSuchJob(option, name, jobs);
    if (option === '--skip' && isIndispensable(name)) throw notSkippable(name);
  }
}

const noSuchJob = (option: string, name: string, jobs: readonly string[]): ConcError =>
  new ConcError({
    code: 'sequence.no-such-job',
    message: `${option} ${name}: the sequence has no such job. Jobs are: ${jobs.join(', ')}`,
    state: 'nothing was changed',
    exit: 2,
  });

const notSkippable = (name: string): ConcError =>
  new ConcError({
    code: 'sequence.not-skippable',
    message: `--skip ${name}: what comes after it stands on it`,
    hint: `to go no further than that: --until with the job before it`,
    state: 'nothing was changed',
    exit: 2,
  });
