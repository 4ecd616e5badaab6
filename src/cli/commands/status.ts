import { type Look, lookAt } from '../../deploy/look.ts';
import { guardedInWords } from '../../deploy/words.ts';
import type { Survey } from '../../release/types.ts';
import { askAt } from '../ask.ts';
import type { CliContext, CommonOptions, Define } from '../context.ts';
import { selectSettings } from '../select.ts';
import { unreachableLines } from '../unreachable.ts';

export const define: Define = (command, context) => {
  command
    .argument('[node...]', 'names, @GROUP, or @all', ['@all'])
    .addHelpText(
      'after',
      `
Examples:
  conc status              every node
  conc status web1 --json  one, for a program

Exit code 1 when a node can't be reached.`,
    )
    .action(async (words: string[]) => {
      const options: CommonOptions = command.optsWithGlobals();
      const looks = await lookAt(selectSettings(words, options, context), { ask: askAt(context) });
      if (options.json === true) context.out(JSON.stringify({ nodes: looks.map(statusJson) }));
      else for (const look of looks) print(look, context);
      if (looks.some((look) => 'error' in look)) context.finish(1);
    });
};

function statusJson(look: Look): object {
  const node = look.settings.name;
  if ('error' in look) return { node, reachable: false, release: null, change: null, error: look.error.toJSON() };
  const { survey } = look;
  const current = currentRelease(survey);
  return {
    node,
    reachable: true,
    release:
      current === undefined
        ? null
        : {
            id: current.id,
            bundle: current.bundle,
            version: current.version,
            proven: current.state === 'proven',
            since: current.since,
            by: current.by,
          },
    change:
      survey.change === null
        ? null
        : {
            state: survey.change.state,
            kind: survey.change.kind,
            by: survey.change.by,
            since: survey.change.since,
            job: survey.change.job?.name ?? null,
          },
    guarded: survey.guarded,
    processes: survey.processes,
  };
}

function print(look: Look, context: CliContext): void {
  const { name } = look.settings;
  if ('error' in look) {
    for (const line of unreachableLines(name, look.error)) context.out(line);
    return;
  }
  const { survey } = look;
  const current = currentRelease(survey);
  context.out(
    current === undefined
      ? `${name} serves nothing yet (${survey.root})`
      : `${name} serves ${current.id} (${current.version}), ${current.state}, since ${current.since}, by ${current.by}`,
  );
  const { serving } = survey;
  if (serving !== null && survey.current !== null && launched(serving) !== survey.current) {
    context.out(
      `  launchers start ${launched(serving)}: the switch to ${serving.to} was not confirmed before the last boot`,
    );
  }
  for (const running of survey.processes) {
    const pid = running.pid === null ? '' : ` pid ${running.pid}`;
    const other = running.release === null || running.release === survey.current ? '' : `, runs ${running.release}`;
    context.out(`  ${running.name.padEnd(16)} ${running.state}${pid}${other}`);
  }
  if (survey.guarded !== null) context.out(`  ${guardedInWords(survey.guarded)}`);
  if (survey.change !== null) {
    const { state, kind, release, by, since, job } = survey.change;
    const where = job === null ? '' : `, job ${job.index} of ${job.of}, ${job.name}`;
    context.out(`  ${kind} of ${release} is ${state}${where}; by ${by} since ${since}`);
    if (state !== 'running') context.out(`  go on: conc continue ${name} · give it up: conc abandon ${name}`);
  }
}

const currentRelease = (survey: Survey) => survey.releases.find(({ id }) => id === survey.current);

/** What launchers start: architecture.md, invariant 3. */
const launched = ({ from, to, confirmed, sameBoot }: NonNullable<Survey['serving']>): string =>
  confirmed || sameBoot ? to : (from ?? to);
