import { jsonLinesOf } from '../support/conc.ts';
import type { Durations } from './moments.ts';
import { type FaultNode, must } from './node.ts';

/** Brings the node to a proven release, and measures how long an undisturbed deploy of another one takes. */
export async function baseline(node: FaultNode): Promise<Durations> {
  const [first, second] = node.versions;
  if (first === undefined || second === undefined) throw new Error('two versions at least');
  await must(node, ['deploy', node.name, '--bundle', first.bundle]);
  await node.mark('second');
  const lines = jsonLinesOf(await must(node, ['deploy', node.name, '--json', '--bundle', second.bundle]));
  const done = lines.filter(({ event }) => event === 'done');
  const jobs = new Map(done.map(({ job, seconds }) => [String(job), Number(seconds)]));
  const timeOf = (event: string): number => {
    const time = lines.find((line) => line.event === event)?.time;
    return typeof time === 'string' ? Date.parse(time) : Number.NaN;
  };
  return { jobs, all: (timeOf('node') - timeOf('change')) / 1000 };
}
