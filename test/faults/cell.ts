import { setTimeout as sleep } from 'node:timers/promises';
import { ask, looping } from './clients.ts';
import { allowedEnds, type End } from './expected.ts';
import { type Fault, Gone, type Scene } from './faults.ts';
import { type Phase, standing } from './journal.ts';
import { leftOvers } from './left-overs.ts';
import { type Durations, type EventLine, type Moment, momentText, momentWatch } from './moments.ts';
import type { FaultNode } from './node.ts';
import { descendants } from './processes.ts';
import { settle } from './settle.ts';
import { statusOf, toldNext } from './status.ts';
import { currentOf } from './whole.ts';
import type { Version } from './workshop.ts';

/** One fault at one moment. */
export interface Cell {
  readonly number: number;
  readonly fault: Fault;
  readonly moment: Moment;
  /** Which of the told commands is taken: the first or the last. */
  readonly next: 'continue' | 'abandon';
}

export interface CellResult {
  readonly cell: Cell;
  /** What the journal said when it struck. */
  readonly struck: string;
  readonly end: string;
  /** What was not as it must be; none: the cell passed. */
  readonly problems: readonly string[];
  readonly seconds: number;
}

/** What a cell needs to know beside itself. */
export interface Setting {
  readonly node: FaultNode;
  readonly usual: Durations;
  readonly sshd: number | null;
}

/** Deploys the next version, lets the fault strike, and judges all that comes of it. */
export async function runCell(cell: Cell, { node, usual, sshd }: Setting): Promise<CellResult> {
  const started = Date.now();
  const problems: string[] = [];
  const { root, versions, url } = node;
  const { fault } = cell;
  const former = await currentOf(root, versions);
  const target = versions[(versions.findIndex(({ version }) => version === former.version) + 1) % versions.length];
  if (target === undefined || former.id === null) throw new Error(`${node.name} serves nothing to begin with`);
  await node.mark(`${cell.number}`);
  const deploy = ['deploy', node.name, '--json', '--bundle', target.bundle];
  const clients = looping(url);

  const struck = await struckDeploy(cell, deploy, target, { node, usual, sshd });
  problems.push(...struck.problems);
  const orphans = await settle(root, struck.pids);
  problems.push(...orphans.map(({ pid, command, by }) => `an orphan, ${pid} (${by}): ${command}`));

  const seen = await endOf(node, former.id);
  problems.push(...seen.problems);
  const allowed = allowedEnds(fault.name, struck.phases);
  if (!allowed.some((end) => end === seen.end)) {
    problems.push(`it came to "${seen.end}"; allowed: ${allowed.map((end) => `"${end}"`).join(', ')}`);
  }
  problems.push(...exitProblems(fault, struck.exit, seen.end));

  await fault.mend?.(struck.scene);
  if (seen.open) problems.push(...(await goOn(node, cell.next)));
  const after = await node.conc(deploy);
  if (after.code !== 0) problems.push(`the next deploy ended with ${after.code}: ${lastWords(after.stdout)}`);
  const last = await currentOf(root, versions);
  if (last.version !== target.version) problems.push(`after the next deploy ${last.version} is current`);
  problems.push(
    ...last.damage,
    ...(await settle(root, [])).map((one) => `left at the end: ${one.command} (${one.by})`),
  );
  problems.push(...(await leftOvers(root)));

  await sleep(50);
  const { answers, failed } = await clients.stop();
  if (failed.length > 0 && fault.outage === undefined) problems.push(`${failed.length} requests failed: ${failed[0]}`);
  for (const answer of answers) {
    const known = answer.version === former.version || answer.version === target.version;
    if (!known || answer.page !== answer.version) problems.push(`an answer of neither: ${JSON.stringify(answer)}`);
  }
  return { cell, struck: struck.at, end: seen.end, problems, seconds: (Date.now() - started) / 1000 };
}

interface Struck {
  readonly phases: readonly Phase[];
  readonly at: string;
  readonly exit: number | null;
  /** The controller, and all that it had started when the fault struck. */
  readonly pids: readonly number[];
  readonly scene: Scene;
  readonly problems: readonly string[];
}

async function struckDeploy(
  { fault, moment }: Cell,
  deploy: readonly string[],
  target: Version,
  setting: Setting,
): Promise<Struck> {
  const { node, usual, sshd } = setting;
  let controller = 0;
  let striking: Promise<Omit<Struck, 'exit'>> | null = null;
  const strike = async (): Promise<Omit<Struck, 'exit'>> => {
    const scene = { root: node.root, controller, sshd, target };
    const pids = [controller, ...descendants(controller)];
    const before = standing(node.root);
    try {
      await fault.strike(scene);
    } catch (error) {
      if (!(error instanceof Gone) && !isGone(error)) throw error;
      return { phases: ['closing'], at: 'too late', pids, scene, problems: [] };
    }
    const after = standing(node.root);
    return { phases: phasesFrom(before, after, fault), at: `${before.at} … ${after.at}`, pids, scene, problems: [] };
  };
  const watch = momentWatch(moment, usual, () => {
    striking = strike();
    striking.catch(() => {});
  });
  let read = 0;
  const run = await node.conc(deploy, {
    ...(fault.env === undefined ? {} : { env: fault.env }),
    started: ({ pid }) => {
      controller = pid ?? 0;
    },
    onOut: (sofar) => {
      const lines = sofar.slice(read).split('\n');
      read = sofar.length - (lines.pop() ?? '').length;
      for (const line of lines) watch(eventOf(line));
    },
  });
  if (striking === null) {
    const never = `${momentText(moment)} never came: ${lastWords(run.stdout + run.stderr)}`;
    const scene = { root: node.root, controller, sshd, target };
    return { phases: ['closing'], at: 'never', exit: run.code, pids: [controller], scene, problems: [never] };
  }
  const struck: Omit<Struck, 'exit'> = await striking;
  return { ...struck, exit: run.code };
}

const ORDER: readonly Phase[] = ['none', 'before', 'unit', 'confirming', 'confirmed', 'closing'];

/** From the one to the other; and where the agent hears of it later, what follows a phase that was about to end. */
function phasesFrom(before: ReturnType<typeof standing>, after: ReturnType<typeof standing>, fault: Fault): Phase[] {
  const first = ORDER.indexOf(before.phase);
  // No change any more, where there was one: it has ended.
  const end = after.phase === 'none' && first > 0 ? 'closing' : after.phase;
  const last = Math.max(first, ORDER.indexOf(end));
  const grace = !fault.agentDies && /^(open|intent (verify|health|confirm|prune)|done )/.test(after.at) ? 1 : 0;
  return ORDER.slice(first, last + 1 + grace);
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ESRCH';

async function endOf(
  node: FaultNode,
  former: string,
): Promise<{ readonly end: End | string; readonly open: boolean; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const [status, current] = [await statusOf(node), await currentOf(node.root, node.versions)];
  problems.push(...current.damage.map((damage) => `${current.id} is not whole: ${damage}`));
  if (status.release?.id !== current.id) problems.push(`status says ${status.release?.id}; current is ${current.id}`);
  if (status.change?.state === 'running') problems.push('status says that a change runs, and nobody runs one');
  const answers = [await ask(node.url), await ask(node.url), await ask(node.url), await ask(node.url)];
  for (const answer of answers) {
    if (typeof answer === 'string') problems.push(`nobody serves: ${answer}`);
    else if (answer.release !== current.id) problems.push(`${answer.release} answers; current is ${current.id}`);
  }
  const which = current.id === former ? 'former' : status.release?.proven === true ? 'new' : 'on trial';
  const open = status.change !== null;
  return { end: open ? `${which}, open` : which, open, problems };
}

/** Takes the command that conc tells: it must lead to no change at all. */
async function goOn(node: FaultNode, wanted: 'continue' | 'abandon'): Promise<string[]> {
  const told = await toldNext(node);
  if (told.length === 0) return ['a change is open, and conc tells no way out'];
  const run = await node.conc([told.includes(wanted) ? wanted : (told[0] ?? wanted), node.name]);
  const left = await settle(node.root, []);
  const { change } = await statusOf(node);
  return [
    ...(run.code === 0 ? [] : [`conc ${wanted} ended with ${run.code}: ${lastWords(run.stderr)}`]),
    ...left.map((one) => `left by conc ${wanted}: ${one.command} (${one.by})`),
    ...(change === null ? [] : [`a change is ${change.state} after conc ${wanted}`]),
  ];
}

/** The exit code tells the truth: 0 where the new release serves, 4 where the change waits. */
function exitProblems(fault: Fault, exit: number | null, end: string): string[] {
  if (!fault.controllerLives || exit === null) return [];
  const fits: Readonly<Record<string, readonly number[]>> = {
    former: [1, 130, 143, 129],
    'former, open': [4, 1],
    new: [0, 1],
    'new, open': [4, 1],
  };
  return (fits[end] ?? []).includes(exit) ? [] : [`conc deploy ended with ${exit}, and it came to "${end}"`];
}

const eventOf = (line: string): EventLine => {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
};

const lastWords = (text: string): string => text.trimEnd().split('\n').slice(-2).join(' ').slice(0, 600);
