import type { Run } from '../support/conc.ts';
import { ask } from './clients.ts';
import type { Fault } from './faults.ts';
import { leftOvers } from './left-overs.ts';
import { must, type SeenNode } from './node.ts';
import { settle } from './settle.ts';
import { statusOf, toldNext } from './status.ts';
import { currentOf } from './whole.ts';
import type { Version } from './workshop.ts';

/** What a node has come to, and what of it is not as it must be: `current` whole, status true, everybody served. */
export async function endOf(
  node: SeenNode,
  former: string,
): Promise<{ readonly end: string; readonly open: boolean; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const [status, current] = [await statusOf(node), await currentOf(node.root, node.versions)];
  problems.push(...current.damage.map((damage) => `${current.id} is not whole: ${damage}`));
  if (status.release?.id !== current.id) problems.push(`status says ${status.release?.id}; current is ${current.id}`);
  if (status.change?.state === 'running') problems.push('status says that a change runs, and nobody runs one');
  const answers = [await ask(node.url), await ask(node.url), await ask(node.url), await ask(node.url)];
  for (const answer of answers) {
    if (typeof answer === 'string') problems.push(`nobody serves: ${answer}`);
    else if (answer.release !== current.id && !(await tells(node, answer.release))) {
      problems.push(`${answer.release} answers; current is ${current.id}`);
    }
  }
  const [answer] = answers;
  const serves = typeof answer === 'object' ? answer.release : current.id;
  const which = serves === former ? 'former' : status.release?.proven === true ? 'new' : 'on trial';
  const open = status.change !== null;
  return { end: open ? `${which}, open` : which, open, problems };
}

/**
 * After a power loss launchers may start another release than `current`, and where nothing can be written what runs can't be
 * renewed: that is right, if status says so.
 */
async function tells(node: SeenNode, release: string): Promise<boolean> {
  const { stdout } = await must(node, ['status', node.name]);
  return stdout.includes(`launchers start ${release}`) || stdout.includes(`, runs ${release}`);
}

/** Takes the command that conc tells: it must lead to no change at all. */
async function goOn(node: SeenNode, wanted: 'continue' | 'abandon', { bundle }: Version): Promise<string[]> {
  const told = await toldNext(node);
  if (!told.includes(wanted)) return [`a change is open, and conc doesn't tell to ${wanted} it`];
  let run = await node.conc([wanted, node.name]);
  // Wheels that had not come over yet are nowhere but in the bundle.
  if (run.stderr.includes(`conc ${wanted} ${node.name} --bundle FILE`)) {
    run = await node.conc([wanted, node.name, '--bundle', bundle]);
  }
  const left = await settle(node.root, []);
  const { change } = await statusOf(node);
  return [
    ...(run.code === 0 || wentBack(run) ? [] : [`conc ${wanted} ended with ${run.code}: ${lastWords(run.stderr)}`]),
    ...left.map((one) => `left by conc ${wanted}: ${one.command} (${one.by})`),
    ...(change === null ? [] : [`a change is ${change.state} after conc ${wanted}`]),
  ];
}

/** An undo that waited is gone on with: the change did not succeed, which is exit code 1, and the former release serves. */
const wentBack = ({ code, stderr }: Run): boolean => code === 1 && / undo +OK[\s\S]* serves, as before/.test(stderr);

/** Goes on as conc tells where a change is open (`next`), then deploys again: nothing may be left of the fault. */
export async function comeClean(
  node: SeenNode,
  next: 'continue' | 'abandon' | null,
  target: Version,
): Promise<string[]> {
  const { root, versions } = node;
  const problems = next === null ? [] : await goOn(node, next, target);
  const after = await node.conc(['deploy', node.name, '--json', '--bundle', target.bundle]);
  if (after.code !== 0) problems.push(`the next deploy ended with ${after.code}: ${lastWords(after.stdout)}`);
  const last = await currentOf(root, versions);
  if (last.version !== target.version) problems.push(`after the next deploy ${last.version} is current`);
  const left = (await settle(root, [])).map((one) => `left at the end: ${one.command} (${one.by})`);
  return [...problems, ...last.damage, ...left, ...(await leftOvers(root))];
}

/** The exit code tells the truth: 0 where the new release serves, 4 where the change waits. */
export function exitProblems(fault: Fault, exit: number | null, end: string): string[] {
  if (!fault.controllerLives || exit === null) return [];
  const fits: Readonly<Record<string, readonly number[]>> = {
    former: [1, 2, 3, 129, 130, 143],
    'former, open': [4, 1],
    new: [0, 1],
    'new, open': [4, 1],
    // Nothing could be written any more: the change was cut off.
    'on trial, open': [4, 1],
  };
  return (fits[end] ?? []).includes(exit) ? [] : [`conc deploy ended with ${exit}, and it came to "${end}"`];
}

/** The end of what a program said, for a person who looks into a cell that failed. */
const lastWords = (text: string): string => text.trimEnd().split('\n').slice(-2).join(' ').slice(0, 600);
