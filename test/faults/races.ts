import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonLinesOf } from '../support/conc.ts';
import { type FaultNode, must } from './node.ts';
import { currentOf } from './whole.ts';

export interface RaceResult {
  readonly pairs: number;
  /** How often the second was BLOCKED, and how often it went after the first. */
  readonly blocked: number;
  readonly after: number;
  readonly problems: readonly string[];
}

/**
 * Two controllers with different bundles, so many times, at one root. `other` is the same root, seen from another folder.
 * Who wins is proven; the other is BLOCKED, or goes after. The history is a total order.
 */
export async function race(node: FaultNode, other: FaultNode, pairs: number): Promise<RaceResult> {
  const problems: string[] = [];
  const outcomes: string[] = [];
  const before = await numbers(node.root);
  let proven = 0;
  for (let pair = 0; pair < pairs; pair += 1) {
    const [one, two] = [node.versions[pair % 3], node.versions[(pair + 1) % 3]];
    if (one === undefined || two === undefined) throw new Error('three versions are needed');
    await Promise.all([node.mark(`race-${pair}-one`), other.mark(`race-${pair}-two`)]);
    const deploy = (from: FaultNode, bundle: string) => from.conc(['deploy', from.name, '--json', '--bundle', bundle]);
    const runs = await Promise.all([deploy(node, one.bundle), deploy(other, two.bundle)]);
    const exits = runs.map(({ code }) => code ?? -1).toSorted((a, b) => a - b);
    outcomes.push(exits.join(' '));
    if (exits.join() !== '0,3' && exits.join() !== '0,0') {
      problems.push(
        `pair ${pair + 1} ended with ${exits.join()}: ${runs.map(({ stdout }) => stdout.slice(-300)).join(' | ')}`,
      );
    }
    proven += exits.filter((exit) => exit === 0).length;
    const winners = [one, two].filter((_, at) => runs[at]?.code === 0).map(({ version }) => version);
    const { version, damage } = await currentOf(node.root, node.versions);
    if (version === null || !winners.includes(version)) problems.push(`pair ${pair + 1}: ${version} is current`);
    problems.push(...damage);
    for (const run of runs.filter(({ code }) => code === 3)) {
      const words = JSON.stringify(jsonLinesOf(run).at(-1));
      if (!words.includes('BLOCKED')) problems.push(`pair ${pair + 1}: BLOCKED without a word: ${words}`);
    }
  }
  const after = await numbers(node.root);
  if (after.some((number, at) => number !== at + 1)) problems.push(`the history counts ${after.join(' ')}`);
  if (after.length - before.length !== proven) {
    problems.push(`${proven} changes were proven, and the history has ${after.length - before.length} more`);
  }
  const { change } = JSON.parse((await must(node, ['status', node.name, '--json'])).stdout).nodes[0];
  if (change !== null) problems.push('a change is left open');
  const count = (text: string): number => outcomes.filter((outcome) => outcome === text).length;
  return { pairs, blocked: count('0 3'), after: count('0 0'), problems };
}

async function numbers(root: string): Promise<number[]> {
  const text = await readFile(join(root, 'history.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(JSON.parse(line).number));
}
