import type { Look } from '../deploy/look.ts';
import { guardedInWords } from '../deploy/words.ts';
import { bytesText } from '../plan/units.ts';
import type { ChangeRecord, ProcessRecord, Survey } from '../release/types.ts';
import { unreachableLines } from './unreachable.ts';

/** What a person is told of a node. */
export function statusLines(look: Look): string[] {
  const { name } = look.settings;
  if ('error' in look) {
    return unreachableLines(name, look.error);
  }
  const { survey } = look;
  const lines: string[] = [];
  const current = currentRelease(survey);
  lines.push(
    current === undefined
      ? `${name} serves nothing yet (${survey.root})`
      : `${name} serves ${current.id} (${current.version}), ${current.state}, since ${current.since}, by ${current.by}`,
  );
  const { serving } = survey;
  if (serving !== null && survey.current !== null && launched(serving) !== survey.current) {
    lines.push(
      `  launchers start ${launched(serving)}: the switch to ${serving.to} was not confirmed before the last boot`,
    );
  }
  lines.push(...secretsLines(survey));
  for (const running of survey.processes) {
    const pid = running.pid === null ? '' : ` pid ${running.pid}`;
    const other = running.release === null || running.release === survey.current ? '' : `, runs ${running.release}`;
    lines.push(`  ${running.name.padEnd(16)} ${stateText(running, survey)}${pid}${other}${usageText(running)}`);
  }
  for (const each of survey.owed)
    lines.push(`  ${each} has not taken up what was placed for it: the next change tells it again`);
  if (survey.guarded !== null) lines.push(`  ${guardedInWords(survey.guarded)}`);
  if (survey.change !== null) {
    const { state, kind, release, by, since, job } = survey.change;
    const where = job === null ? '' : `, job ${job.index} of ${job.of}, ${job.name}`;
    lines.push(`  ${kind} of ${release} is ${state}${where}; by ${by} since ${since}${heardText(survey.change)}`);
    if (survey.change.why !== null) lines.push(`  halted: ${survey.change.why}`);
    lines.push(`  ${nextText(name, survey.change)}`);
  }
  return lines;
}

/** The generation of secrets that serves, and what the next deploy takes where that is another. */
function secretsLines(survey: Survey): string[] {
  const serves = currentRelease(survey)?.env ?? null;
  const next = survey.env?.generation ?? null;
  if (next === null && serves === null) return [];
  const later = next === null || next === serves ? '' : `; the next deploy takes generation ${next}`;
  return [`  env: ${serves === null ? 'none' : `generation ${serves}`}${later}`];
}

/** Told to end, and finishing what it does, while another release serves. */
const stateText = ({ state, release }: ProcessRecord, { current }: Survey): string =>
  state === 'STOPPING' && release !== current ? 'draining' : state;

function usageText({ usage }: ProcessRecord): string {
  if (usage === null) return '';
  const memory = usage.memory === null ? '' : `, ${bytesText(usage.memory)}`;
  return `${usage.since === null ? '' : `, since ${usage.since}`}${memory}`;
}

function heardText({ controller, heard }: ChangeRecord): string {
  if (heard === null) return '';
  return `; ${controller === 'lost' ? 'its controller was lost' : 'last heard'} ${Math.round(heard)} s ago`;
}

function nextText(node: string, { state, controller, needs }: ChangeRecord): string {
  const wheels = needs.wheels ? ' (its wheels have not all come over: where its bundle is, or --bundle FILE)' : '';
  if (state !== 'running') return `go on: conc continue ${node}${wheels} · give it up: conc abandon ${node}`;
  const along = controller === 'lost' ? `go along with it: conc continue ${node} · ` : '';
  return `${along}watch it: conc status ${node} --follow`;
}

export const currentRelease = (survey: Survey) => survey.releases.find(({ id }) => id === survey.current);

/** What launchers start: architecture.md, invariant 3. */
const launched = ({ from, to, confirmed, sameBoot }: NonNullable<Survey['serving']>): string =>
  confirmed || sameBoot ? to : (from ?? to);
