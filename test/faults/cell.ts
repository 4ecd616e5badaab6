import { setTimeout as sleep } from 'node:timers/promises';
import { type Looping, looping } from './clients.ts';
import { allowedEnds } from './expected.ts';
import { type Fault, Gone, relaysOf, type Scene, Wrong } from './faults.ts';
import { type Phase, standing } from './journal.ts';
import { comeClean, endOf, exitProblems } from './judge.ts';
import { type Durations, type EventLine, type Moment, momentWatch } from './moments.ts';
import { type FaultNode, must } from './node.ts';
import { descendants } from './processes.ts';
import { settle } from './settle.ts';
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
  const deploy = (await fault.arrange?.(node, target)) ?? ['deploy', node.name, '--json', '--bundle', target.bundle];
  let clients = looping(url);

  const struck = await struckDeploy(cell, deploy, target, { node, usual, sshd });
  problems.push(...struck.problems);
  const orphans = [...(await settle(root, []))];
  fault.relent?.(struck.scene);
  if (orphans.length === 0) orphans.push(...(await settle(root, struck.pids)));
  problems.push(...orphans.map(({ pid, command, by }) => `an orphan, ${pid} (${by}): ${command}`));

  const mend = async (): Promise<void> => {
    if (fault.mend === undefined) return;
    // What a person does to mend it may interrupt what serves.
    problems.push(...(await judged(clients, [former.version, target.version])));
    await fault.mend(struck.scene);
    clients = looping(url);
  };
  if (fault.mendFirst) await mend();
  const seen = await endOf(node, former.id);
  problems.push(...seen.problems);
  const allowed = allowedEnds(fault.name, struck.phases);
  if (!allowed.some((end) => end === seen.end)) {
    problems.push(`it came to "${seen.end}"; allowed: ${allowed.map((end) => `"${end}"`).join(', ')}`);
  }
  problems.push(...exitProblems(fault, struck.exit, seen.end));

  problems.push(...((await fault.examine?.({ ...struck, former: former.id, next: cell.next })) ?? []));
  if (!fault.mendFirst) await mend();
  problems.push(...(await comeClean(node, seen.open ? cell.next : null, target)));

  problems.push(...(await judged(clients, [former.version, target.version])));
  if (problems.length > 0) await reset(node);
  return { cell, struck: struck.at, end: seen.end, problems, seconds: (Date.now() - started) / 1000 };
}

/** Nobody was turned away, and every answer was that of one release or the other. */
async function judged(clients: Looping, versions: readonly (string | null)[]): Promise<string[]> {
  await sleep(50);
  const { answers, failed } = await clients.stop();
  const strange = answers.filter(({ version, page }) => !versions.includes(version) || page !== version);
  return [
    ...(failed.length > 0 ? [`${failed.length} requests failed: ${failed[0]}`] : []),
    ...strange.map((answer) => `an answer of neither: ${JSON.stringify(answer)}`),
  ];
}

/** Whatever went wrong in a cell is no fault of the next one. */
export async function reset(node: FaultNode): Promise<void> {
  await node.conc(['abandon', node.name]);
  await must(node, ['deploy', node.name, '--bundle', node.versions[0]?.bundle ?? '']);
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
  let begun = false;
  // No change any more, where jobs have run: it has ended, and conc is about to.
  const stands = (): ReturnType<typeof standing> => {
    const now = standing(node.root);
    return begun && now.phase === 'none' ? { phase: 'closing', at: 'ended' } : now;
  };
  let striking: Promise<Omit<Struck, 'exit'>> | null = null;
  const strike = async (): Promise<Omit<Struck, 'exit'>> => {
    const scene = { node, root: node.root, controller, sshd, target, relays: relaysOf(controller) };
    const pids = [controller, ...descendants(controller)];
    const before = stands();
    const problems: string[] = [];
    try {
      await fault.strike(scene);
    } catch (error) {
      if (error instanceof Wrong) problems.push(error.message);
      else if (!(error instanceof Gone) && !isGone(error)) throw error;
      else return { phases: ['closing'], at: 'too late', pids, scene, problems: [] };
    }
    const after = stands();
    return { phases: phasesFrom(before, after, fault), at: `${before.at} … ${after.at}`, pids, scene, problems };
  };
  const watch = momentWatch(moment, usual, () => {
    striking = strike();
    striking.catch(() => {});
  });
  if (moment.kind === 'whole') striking = strike();
  await striking;
  const run = await node.conc(deploy, {
    ...(fault.env === undefined ? {} : { env: fault.env }),
    started: ({ pid }) => {
      controller = pid ?? 0;
    },
    onOut: eventsOf((event) => {
      begun ||= event.event === 'start';
      watch(event);
    }),
  });
  if (striking === null) {
    const scene = { node, root: node.root, controller, sshd, target, relays: [] };
    return { phases: ['closing'], at: 'too late', exit: run.code, pids: [controller], scene, problems: [] };
  }
  const struck: Omit<Struck, 'exit'> = await striking;
  return { ...struck, exit: run.code };
}

/** Feeds what a program has printed so far, line by line. */
export function eventsOf(watch: (event: EventLine) => void): (sofar: string) => void {
  let read = 0;
  return (sofar) => {
    const lines = sofar.slice(read).split('\n');
    read = sofar.length - (lines.pop() ?? '').length;
    for (const line of lines) watch(eventOf(line));
  };
}

const ORDER: readonly Phase[] = ['none', 'before', 'unit', 'confirming', 'confirmed', 'closing'];

/** From the one to the other; and where the agent hears of it later, what follows a phase that was about to end. */
function phasesFrom(before: ReturnType<typeof standing>, after: ReturnType<typeof standing>, fault: Fault): Phase[] {
  const first = ORDER.indexOf(before.phase);
  // No change any more, where there was one: it has ended.
  const end = after.phase === 'none' && first > 0 ? 'closing' : after.phase;
  const last = Math.max(first, ORDER.indexOf(end));
  const grace =
    !fault.agentDies && /^(no change|open|intent (verify|health|confirm|prune)|done )/.test(after.at) ? 1 : 0;
  return ORDER.slice(first, last + 1 + grace);
}

const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ESRCH';

const eventOf = (line: string): EventLine => {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
};
