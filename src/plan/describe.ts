import type { Effect } from '../ops/types.ts';
import { nameWidth } from './columns.ts';
import type { Plan, PlannedJob } from './plan.ts';
import { bytesText, countOf } from './units.ts';

/** A line for a person: `link current: r41-0b77ad20 → r42-c21e88b0`. */
function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'reads':
      return `reads: ${effect.what}`;
    case 'notice':
      return effect.text;
    case 'sends':
      return `sends ${countOf(effect.wheels.length, 'wheel')}, at most ${bytesText(effect.bytes)}: ${some(effect.wheels)}`;
    case 'file':
      return `${fileVerb[effect.action]} ${effect.path}${effect.note === undefined ? '' : `: ${effect.note}`}`;
    case 'link':
      return `${effect.path}: ${effect.before ?? 'nothing'} → ${effect.after}`;
    case 'told':
      return effect.text;
    case 'unknown':
      return `unknown: calls ${effect.calls}`;
    case 'process':
      return `${effect.action}s ${effect.name}${effect.note === undefined ? '' : ` ${effect.note}`}`;
  }
}

/** The plan as a person reads it, line by line. */
export function describePlan(plan: Plan, options: { readonly byHand: boolean }): string[] {
  const { change } = plan;
  const { release } = change;
  const head = `${release.app} ${release.version} · bundle ${release.bundle.slice(0, 8)} · ${serves(plan)} → ${release.id}`;
  const width = nameWidth(plan.jobs.map(({ name }) => name));
  const lines = (job: PlannedJob): string[] =>
    options.byHand ? byHandLines(job, plan.node, width) : changeLines(job, width);
  return [head, ...plan.jobs.flatMap(lines)];
}

/** `conc plan --json`, as product.md gives it. */
export const planJson = (plan: Plan): object => ({
  node: plan.node,
  bundle: plan.change.release.bundle,
  release: plan.change.release.id,
  from: plan.change.from,
  jobs: plan.jobs.map(({ index, name, where, phase, sudo, changes, byHand, putBack }) => ({
    index,
    name,
    where,
    phase,
    sudo,
    changes: changes.map((effect) => ({ ...effect, text: describeEffect(effect) })),
    byHand,
    putBack,
  })),
});

const fileVerb = { add: 'adds', change: 'changes', remove: 'removes' } as const;

/** One job as a person is asked about it. */
export function jobLines(job: PlannedJob): string[] {
  return changeLines(job, nameWidth([job.name]));
}

function changeLines(job: PlannedJob, width: number): string[] {
  const [first = 'changes nothing', ...rest] = job.changes.flatMap(effectLines);
  return [`${title(job, width)}  ${marks(job)}${first}`, ...rest.map((line) => `${' '.repeat(width + 5)}${line}`)];
}

/** The effect, and its diff below it. */
const effectLines = (effect: Effect): string[] => [
  describeEffect(effect),
  ...('diff' in effect ? (effect.diff ?? []).map((line) => `  ${line}`) : []),
];

function byHandLines(job: PlannedJob, node: string, width: number): string[] {
  const back = job.putBack.map((line, at) => `     ${at === 0 ? 'puts it back: ' : '              '}${line}`);
  return [
    `${title(job, width)}  on ${job.where === 'remote' ? node : 'the controller'}`,
    ...job.byHand.map((line) => `     ${line}`),
    ...back,
  ];
}

const title = ({ index, name }: PlannedJob, width: number): string =>
  `${String(index).padStart(2)} ${name.padEnd(width)}`;

/** What a person should know before what the job changes: that it runs here, once, with sudo, not without a link. */
function marks({ where, phase, sudo, drop }: PlannedJob): string {
  const found = [
    ...(where === 'local' ? ['here'] : []),
    ...(phase === 'once' ? ['once'] : []),
    ...(sudo ? ['sudo'] : []),
    ...(drop === 'kill' ? ['ended if the link is lost'] : []),
  ];
  return found.length === 0 ? '' : `[${found.join(', ')}] `;
}

function serves({ node, change }: Plan): string {
  const record = change.survey.releases.find(({ id }) => id === change.from);
  return change.from === null
    ? `${node} serves nothing yet`
    : `${node} serves ${change.from} (${record?.version ?? '?'})`;
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
