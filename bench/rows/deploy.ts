import { globSync } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import {
  ansible,
  type Deployer,
  type DeployersOptions,
  fabric,
  type Order,
  pyinfra,
  script,
} from '../ground/deployers.ts';
import type { Ground, Place } from '../ground/ground.ts';
import { type Nodes, startNodes, stockHome } from '../ground/nodes.ts';
import { seedStore } from '../ground/warm-root.ts';
import { command, seconds } from '../measure/command.ts';
import { phases, shares } from '../measure/where.ts';
import type { Goal, Rival, Row, RowMaker, Side } from '../types.ts';
import { type Version, WHEELS, type Workload } from '../workload/workload.ts';

const within = (times: number): Goal => ({ kind: 'within', times });
const faster = (times: number): Goal => ({ kind: 'faster', times });

/** A deploy in which only the application changed. */
export const deployRows: readonly RowMaker[] = [
  { name: 'one-node', make: (ground) => oneNode(ground, 'tmpfs') },
  { name: 'one-node-shared', make: (ground) => oneNode(ground, 'tmpfs', SHARED) },
  { name: 'one-node-disk', make: (ground) => oneNode(ground, 'disk') },
];

/** They take their time. */
export const manyRows: readonly RowMaker[] = [
  { name: 'thirty-nodes', rounds: 3, make: (ground) => thirtyNodes(ground) },
  { name: 'thirty-nodes-shared', rounds: 3, make: (ground) => thirtyNodes(ground, SHARED) },
];

/** What conc.ini says besides, and what conc does then. */
interface Manner {
  readonly about: string;
  readonly ini: readonly string[];
  readonly steps: readonly string[];
  /** Times the hand-written script. */
  readonly goal: number;
}

async function oneNode(ground: Ground, place: Place, manner = LINKED): Promise<Row> {
  const at = await groundwork(ground, place, 1, manner);
  const all = place === 'tmpfs' && manner === LINKED;
  return {
    ...at,
    title: `A deploy in which only the application changed: 58 wheels, one node, on ${place}${manner.about}`,
    rivals: [
      at.rival(script(at.options), within(manner.goal)),
      ...(all
        ? [
            at.rival(fabric(at.options), faster(2)),
            at.rival(await pyinfra(at.options), faster(4)),
            at.rival(await ansible(at.options, true), faster(4.5)),
            at.rival(await ansible(at.options, false), faster(10)),
            floor(at.options),
            at.toTheEnd,
          ]
        : []),
    ],
  };
}

/** No goal: what every side has to pay at least. */
const floor = ({ nodes: { sshConfig, names } }: DeployersOptions): Rival => ({
  name: 'ssh NODE true',
  steps: ['one connection, and nothing'],
  take: () => seconds(() => command(['ssh', '-F', sshConfig, names[0] ?? '', 'true'])),
});

async function thirtyNodes(ground: Ground, manner = LINKED): Promise<Row> {
  const count = ground.quick ? 4 : 30;
  // Each node flushes as one does.
  const { flushes: _, ...at } = await groundwork(ground, 'tmpfs', count, manner);
  return {
    ...at,
    title: `A deploy in which only the application changed: 58 wheels, ${count} nodes, on tmpfs${manner.about}`,
    rivals: [
      at.rival(script(at.options), within(1.3)),
      at.rival(await pyinfra(at.options), faster(5)),
      ...(manner === LINKED
        ? [
            at.rival(await ansible(at.options, true), faster(2.8)),
            at.rival(await ansible(at.options, false), faster(10)),
            at.toTheEnd,
          ]
        : []),
    ],
    notes: [`${count} folders behind one sshd: two processors do the work of all nodes and of the controller.`],
  };
}

interface Groundwork extends AsyncDisposable {
  readonly options: DeployersOptions;
  readonly unit: 's';
  readonly ours: Side;
  readonly toTheEnd: Rival;
  readonly where: () => Promise<string>;
  readonly flushes: readonly number[];
  readonly rival: (deployer: Deployer, goal: Goal) => Rival;
}

/** Nodes where both sides have deployed three times: caches and stores are warm, and there is a release to prune. */
async function groundwork(ground: Ground, place: Place, count: number, manner = LINKED): Promise<Groundwork> {
  const [workload, peers] = [await ground.workload(), await ground.peers()];
  const nodes = await startNodes(ground, { place, count });
  try {
    await stockHome(nodes, workload, join(peers.bin, 'uv'));
    const options = { nodes, peers, workload, roots: join(nodes.roots, 'peers') };
    const next = turns(workload.versions);
    const first = script(options);
    const warm = await ground.warmRoot(place);
    for (const name of nodes.names) await seedStore(warm, join(nodes.roots, 'conc', name));
    const { ours, toTheEnd, where } = await concDeploy(ground, nodes, workload, manner);
    for (const _ of workload.versions) {
      await first.deploy(next());
      await ours.take();
    }
    return {
      ...{ options, ours, toTheEnd, where, unit: 's', flushes: [nodes.pid] },
      rival: (deployer, goal) => ({
        ...{ name: deployer.name, steps: deployer.steps, goal },
        take: async () => {
          const order = next();
          const taken = await seconds(() => deployer.deploy(order));
          for (const name of nodes.names) await checkServes(join(options.roots, name), order);
          return taken;
        },
        ...(deployer.forget === undefined ? {} : { before: deployer.forget }),
      }),
      [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
    };
  } catch (error) {
    await nodes[Symbol.asyncDispose]();
    throw error;
  }
}

/** Did it do all of it? Not timed. */
async function checkServes(root: string, { release, version: { version } }: Order): Promise<void> {
  const current = join(root, 'current');
  const [site] = globSync(join(current, 'venv/lib/python3.*/site-packages'));
  const found = {
    release: basename(await readlink(current)),
    version: /"(.*)"/.exec(await readFile(join(site ?? '', 'shop/__init__.py'), 'utf8'))?.[1],
    wheels: globSync(join(site ?? '', '*.dist-info')).length,
    rendered: (await readFile(join(current, 'shop.conf'), 'utf8')).includes(root),
    kept: (await readdir(join(root, 'releases'))).length,
  };
  const wanted = { release, version, wheels: WHEELS, rendered: true, kept: 2 };
  if (!isDeepStrictEqual(found, wanted))
    throw new Error(`${root} has ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`);
}

/** Releases of the peers, which share their roots: each prunes what another one left two before. */
function turns(versions: readonly Version[]): () => { release: string; version: Version } {
  let number = 0;
  return () => {
    const version = versions[number % versions.length];
    number += 1;
    if (version === undefined) throw new Error('no versions');
    return { release: `r${String(number).padStart(6, '0')}`, version };
  };
}

async function concDeploy(
  { conc }: Ground,
  nodes: Nodes,
  { versions }: Workload,
  manner: Manner,
): Promise<Pick<Groundwork, 'ours' | 'toTheEnd' | 'where'>> {
  const health = "health.command = python -c 'import shop'";
  const ini = [...PLAIN, health, ...manner.ini, ...overSsh(nodes, join(nodes.roots, 'conc'))];
  const controller = await controllerAt(join(nodes.roots, 'controller'), conc, ini);
  let number = 0;
  const next = (): string[] => {
    const bundle = versions[number++ % versions.length]?.bundle ?? '';
    return ['deploy', '@all', '--quiet', '--bundle', bundle];
  };
  const deploy = (): Promise<unknown> => controller.conc(next());
  const roots = nodes.names.map((name) => join(nodes.roots, 'conc', name));
  return {
    where: () => (nodes.names.length === 1 ? phases : shares)(controller, next()),
    ours: {
      name: 'conc',
      steps: manner.steps,
      take: async () => {
        const taken = await seconds(deploy);
        // What it deletes afterwards is not to meet the next side.
        await allDeleted(roots);
        return taken;
      },
    },
    toTheEnd: {
      name: 'conc, until the pruned release is deleted too',
      steps: ['the same, and after its answer the time until no file of the pruned release is left on any node'],
      take: () => seconds(() => deploy().then(() => allDeleted(roots))),
    },
  };
}

async function allDeleted(roots: readonly string[]): Promise<void> {
  for (const root of roots) while (globSync(join(root, 'trash/*')).length > 0) await sleep(5);
}

/** What differs with the manner: how a release gets its vendors' files, what of it `verify` looks at, what becomes of one that is removed. */
const steps = (install: string, verify: string, removed: string): readonly string[] => [
  '`conc deploy NODE --bundle FILE`: reads the bundle, connects, streams the agent, asks for a survey, plans',
  'takes the lock, opens the journal, starts the guard; every job below is journalled before and after',
  'preflight: room, inodes, the interpreter, libraries',
  'deliver: the one wheel that the node lacks, checked by its sha256',
  `install: unpacks it, checks every file, byte-compiles what changed in it, makes a fresh venv${install}`,
  `verify: every file of the release${verify}`,
  'switch: a link, by rename; then the rendered template is placed',
  'restart: nothing, as the service is `none`',
  'health: imports the application, in the release',
  'confirm, by the live connection',
  `prune: two releases stay, one is removed by a rename${removed} after the answer; writes the history`,
];

const LINKED: Manner = {
  about: '',
  ini: [],
  steps: steps(
    ', takes over the folders of vendors’ wheels that the release removed last had, where nobody touched them, links or copies the rest of 58 wheels with their bytecode, writes scripts, RECORDs, launchers',
    '',
    '; folders of its vendors’ wheels wait for the next release, and a process of its own deletes the rest',
  ),
  goal: 1.4,
};

const SHARED: Manner = {
  about: ', with `venv.vendors = shared`',
  ini: ['venv.vendors = shared'],
  steps: steps(
    ' of the application, scripts and data of 58 wheels, and adds the tree that has the libraries of 57 of them',
    ', and of the tree that it shares',
    ', which a process of its own deletes',
  ),
  goal: 1.15,
};
