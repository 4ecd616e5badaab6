import type { NodeSettings } from '../config/types.ts';
import { type Followed, follow } from '../deploy/follow.ts';
import { withNode } from '../deploy/open.ts';
import { ConcError } from '../errors/conc-error.ts';
import { surveyRoot } from '../release/survey.ts';
import { askAt } from './ask.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { leavingBySignal } from './leaving.ts';
import { reportOf } from './report-of.ts';
import { statusLines } from './status-lines.ts';

/** `conc status NODE --follow`: as a deploy looks, for somebody beside it. What a change comes to is not this command's exit code. */
export async function followOne(
  nodes: readonly NodeSettings[],
  options: CommonOptions,
  context: CliContext,
): Promise<void> {
  const [settings, ...others] = nodes;
  if (settings === undefined || others.length > 0) throw oneNode(nodes.length);
  const emit = reportOf(options, context);
  const json = options.json === true;
  const { name, root, service } = settings;
  using leaving = leavingBySignal();
  await withNode(settings, { ask: askAt(context) }, async (open) => {
    const { change } = open.survey;
    if (!json) for (const line of statusLines({ settings, survey: open.survey })) context.out(line);
    const end = change === null ? null : await follow(open, 'beginning', emit, leaving.signal);
    if (end === 'left') {
      if (!json) context.err(`${name}: left; the change goes on`);
      return;
    }
    if (json) context.out(JSON.stringify({ node: name, event: 'end', ...endJson(end) }));
    else if (end === null) context.out('  no change is in progress');
    else {
      for (const line of endLines(name, end)) context.out(line);
      const survey = await surveyRoot(open.session, root, service);
      for (const line of statusLines({ settings, survey })) context.out(line);
    }
  });
}

function endLines(node: string, { change, why, entry }: Followed): string[] {
  if (change !== null) return [`${node}: the change is ${change.state}${why === null ? '' : `: ${why}`}`];
  if (entry === null) return [`${node}: the change has ended`];
  return [`${node}: the change has ended, ${entry.outcome}${entry.note == null ? '' : `: ${entry.note}`}`];
}

const endJson = (end: Followed | null): object => ({
  state: end?.change?.state ?? null,
  why: end?.why ?? null,
  outcome: end?.entry?.outcome ?? null,
  release: end?.change?.release ?? end?.entry?.release ?? null,
  current: end?.current ?? null,
});

const oneNode = (count: number): ConcError =>
  new ConcError({
    code: 'usage',
    message: `--follow watches one node, and ${count} are named`,
    hint: 'conc status NODE --follow',
    exit: 2,
  });
