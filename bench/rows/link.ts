import { join } from 'node:path';
import { type Controller, controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import { script } from '../ground/deployers.ts';
import type { Ground } from '../ground/ground.ts';
import { type Nodes, startNodes, stockHome } from '../ground/nodes.ts';
import { seedStore } from '../ground/warm-root.ts';
import { behind, type Link } from '../link/link.ts';
import { command, seconds } from '../measure/command.ts';
import { phases } from '../measure/where.ts';
import type { Row, RowMaker } from '../types.ts';
import type { Workload } from '../workload/workload.ts';

/** A link of 100 ms each way and 10 Mbit/s. */
export const linkRows: readonly RowMaker[] = [
  { name: 'round-trips', rounds: 3, make: roundTrips },
  { name: 'slow-link', rounds: 3, make: slowLink },
];

const [DELAY, RATE] = [0.1, 10e6 / 8];
/** Seconds each way, where round trips are counted by their time: so long that all else is a fraction of one. */
const LONG = 0.5;

interface Deploys extends AsyncDisposable {
  readonly nodes: Nodes;
  readonly workload: Workload;
  readonly controller: Controller;
  readonly name: string;
  readonly words: () => string[];
  readonly next: () => Promise<unknown>;
}

/** A node behind a link, where conc has deployed before. */
async function deploys(ground: Ground, link: Link): Promise<Deploys> {
  const [workload, peers] = [await ground.workload(), await ground.peers()];
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1, ssh: [behind(link)] });
  await stockHome(nodes, workload, join(peers.bin, 'uv'));
  const [name = ''] = nodes.names;
  await seedStore(await ground.warmRoot('tmpfs'), join(nodes.roots, 'conc', name));
  const ini = [...PLAIN, "health.command = python -c 'import shop'", ...overSsh(nodes, join(nodes.roots, 'conc'))];
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, ini);
  let turn = 0;
  const words = (): string[] => {
    const { bundle = '' } = workload.versions[turn++ % workload.versions.length] ?? {};
    return ['deploy', name, '--quiet', '--bundle', bundle];
  };
  const next = (): Promise<unknown> => controller.conc(words());
  for (const _ of workload.versions) await next();
  return { nodes, workload, controller, name, words, next, [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose]() };
}

/** What a longer way costs tells how often it was gone: no message has to be understood for it. */
async function roundTrips(ground: Ground): Promise<Row> {
  const [near, far] = [await deploys(ground, {}), await deploys(ground, { delay: LONG })];
  const bare = ({ nodes, name }: Deploys): Promise<string> =>
    command(['sh', '-c', 'echo | ssh -F "$1" "$2" cat', 'sh', nodes.sshConfig, name]);
  const trips = async (work: (at: Deploys) => Promise<unknown>): Promise<number> =>
    ((await seconds(() => work(far))) - (await seconds(() => work(near)))) / (2 * LONG);
  return {
    title: 'Round trips of a deploy of the default sequence, after ssh’s own',
    unit: 'round trips',
    ours: {
      name: 'conc',
      steps: [
        `a deploy in which only the application changed, over a link of ${LONG * 1000} ms each way, and directly: the difference of their times, in round trips`,
        'less the same of `echo | ssh NODE cat`: the log-in, and what ssh needs until a program has read something and answered',
      ],
      take: async () => Math.round((await trips(({ next }) => next())) - (await trips(bare))),
    },
    limit: { kind: 'limit', most: 6 },
    rivals: [],
    where: () => phases(far.controller, far.words()),
    notes: [
      'A link without a limit to its rate. Rounded: what the machine does besides is a small part of so long a way.',
    ],
    async [Symbol.asyncDispose]() {
      await near[Symbol.asyncDispose]();
      await far[Symbol.asyncDispose]();
    },
  };
}

async function slowLink(ground: Ground): Promise<Row> {
  const at = await deploys(ground, { delay: DELAY, rate: RATE });
  const { nodes, workload } = at;
  const byHand = script({ nodes, workload, peers: await ground.peers(), roots: join(nodes.roots, 'peers') });
  let turn = 0;
  const deployByHand = async (): Promise<void> => {
    const version = workload.versions[turn % workload.versions.length];
    if (version !== undefined) await byHand.deploy({ release: `r${String(turn++).padStart(6, '0')}`, version });
  };
  for (const _ of workload.versions) await deployByHand();
  return {
    title: 'A deploy in which only the application changed, over 100 ms each way and 10 Mbit/s',
    unit: 's',
    ours: { name: 'conc', steps: ['as on one node'], take: () => seconds(at.next) },
    where: () => phases(at.controller, at.words()),
    rivals: [{ name: byHand.name, steps: ['as on one node'], take: () => seconds(deployByHand) }],
    [Symbol.asyncDispose]: () => at[Symbol.asyncDispose](),
  };
}
