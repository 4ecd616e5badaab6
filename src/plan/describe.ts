import type { Effect } from '../ops/types.ts';
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
      return `sends ${countOf(effect.wheels.length, 'wheel')}, ${bytesText(effect.bytes)}: ${some(effect.wheels)}`;
    case 'file':
      return `${fileVerb[effect.action]} ${effect.path}${effect.note === undefined ? '' : `: ${effect.note}`}`;
    case 'link':
      return `${effect.path}: ${effect.before ?? 'nothing'} → ${effect.after}`;
    case 'process':
      return `${effect.action}s ${effect.name}${effect.note === undefined ? '' : ` ${effect.note}`}`;
  }
}

/** The plan as a person reads it, line by line. */
export function describePlan(plan: Plan, options: { readonly byHand: boolean }): string[] {
  const { change } = plan;
  const { release } = change;
  const head = `${release.app} ${release.version} · bundle ${release.bundle.slice(0, 8)} · ${serves(plan)} → ${release.id}`;
  return [head, ...plan.jobs.flatMap((job) => (options.byHand ? byHandLines(job, plan.node) : changeLines(job)))];
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

function changeLines(job: PlannedJob): string[] {
  const [first = 'changes nothing', ...rest] = job.changes.map(describeEffect);
  return [`${title(job)}  ${first}`, ...rest.map((line) => `${' '.repeat(16)}${line}`)];
}

function byHandLines(job: PlannedJob, node: string): string[] {
  const back = job.putBack.map((line, at) => `     ${at === 0 ? 'puts it back: ' : '              '}${line}`);
  return [
    `${title(job)}  on ${job.where === 'remote' ? node : 'the controller'}`,
    ...job.byHand.map((line) => `     ${line}`),
    ...back,
  ];
}

const title = ({ index, name }: PlannedJob): string => `${String(index).padStart(2)} ${name.padEnd(11)}`;

function serves({ node, change }: Plan): string {
  const record = change.survey.releases.find(({ id }) => id === change.from);
  return change.from === null
    ? `${node} serves nothing yet`
    : `${node} serves ${change.from} (${record?.version ?? '?'})`;
}

const some = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
