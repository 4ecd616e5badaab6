import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from '../../src/gateway/connect.ts';
import { controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { startNodes } from '../ground/nodes.ts';
import { type Bytes, countBytes, total } from '../link/count-bytes.ts';
import { command } from '../measure/command.ts';
import type { Row, RowMaker } from '../types.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';

/** Of bytes a few rounds are enough: they hardly differ. */
const rounds = 2;
export const byteRows: readonly RowMaker[] = [
  { name: 'hello-bytes', rounds, make: hello },
  { name: 'line-bytes', rounds, make: (ground) => changedLine(ground, true) },
  { name: 'line-bytes-all', rounds, make: (ground) => changedLine(ground, false) },
];

const NOTE =
  'Bytes that the programs write to ssh and read from it, and the command that they give it: both directions, before ssh’s own framing and encryption.';

async function hello(ground: Ground): Promise<Row> {
  const { python } = await ground.peers();
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1 });
  const [name = ''] = nodes.names;
  const ssh = {
    host: name,
    port: undefined,
    user: undefined,
    key: undefined,
    config: nodes.sshConfig,
    jump: undefined,
    options: [],
  };
  const ours = (env: Record<string, string>): Promise<void> =>
    within(env, async () => {
      const session = await connect({ kind: 'ssh', node: name, python: ground.python, ssh });
      await session.close();
    });
  return {
    title: 'Bytes for a cold start of the gateway, facts of the node included',
    unit: 'bytes',
    ours: {
      name: 'conc',
      steps: ['connect, start the agent, take its hello with all facts, end'],
      take: async () => total(await countBytes(ours)),
    },
    limit: { kind: 'limit', most: 12_000 },
    rivals: [
      {
        name: 'Mitogen',
        steps: ['connect, start its core, call `os.getpid` there, end (`bench/peers/mitogen_hello.py`)'],
        take: async () =>
          total(
            await countBytes((env) =>
              command([python, join(ground.house, 'bench/peers/mitogen_hello.py'), nodes.sshConfig, name], { env }),
            ),
          ),
      },
    ],
    notes: [NOTE],
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}

/** With other variables in this process: ssh is found by PATH. */
async function within(env: Record<string, string>, work: () => Promise<void>): Promise<void> {
  const before = Object.keys(env).map((key) => [key, process.env[key]] as const);
  Object.assign(process.env, env);
  try {
    await work();
  } finally {
    for (const [key, value] of before) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
  }
}

/** `bare`: only what the change adds, so without what a deploy with nothing to deliver says. */
async function changedLine(ground: Ground, bare: boolean): Promise<Row> {
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1 });
  const [name = ''] = nodes.names;
  const folder = join(nodes.roots, 'made');
  const maker = await makeMaker(folder, ground.python);
  const bundles: string[] = [];
  for (const mark of ['a', 'b', 'c']) bundles.push(await maker.bundle(mark, smallApplication(mark)));
  const ini = overSsh(nodes, join(nodes.roots, 'conc'));
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, [...PLAIN, ...ini]);
  let [turn, mark, edit] = [0, 0, 0];
  const deploy = (bundle: string): Promise<Bytes> =>
    countBytes((env) => controller.conc(['deploy', name, '--quiet', '--bundle', bundle], env));
  const next = (): string => bundles[turn++ % bundles.length] ?? '';
  for (const _ of bundles) await deploy(next());
  // A changed attribute is a release of its own, whose wheels are all there.
  const same = async (): Promise<Bytes> => {
    await writeFile(join(controller.cwd, 'conc.ini'), `${[...PLAIN, `mark = ${mark++}`, ...ini].join('\n')}\n`);
    return deploy(bundles[(turn - 1) % bundles.length] ?? '');
  };
  const tree = join(nodes.roots, 'tree');
  const far = join(nodes.roots, 'far/');
  const rsync = (env: Record<string, string>): Promise<string> =>
    command(['rsync', '-az', '--delete', '-e', `ssh -F ${nodes.sshConfig}`, `${tree}/`, `${name}:${far}`], { env });
  const change = async (): Promise<void> => {
    await mkdir(join(tree, 'shop'), { recursive: true });
    const files = Object.entries(smallApplication(`x${edit++ % 10}`));
    const told = edit === 1 ? files : files.filter(([path]) => path.endsWith('changed.py'));
    for (const [path, text] of told) await writeFile(join(tree, path), text);
  };
  await change();
  await rsync({});
  return {
    title: bare
      ? 'Bytes for a release with one changed line in the application, besides what any deploy says'
      : 'Bytes of that whole deploy, the agent’s own code included',
    unit: 'bytes',
    ours: {
      name: 'conc',
      steps: [
        'a deploy with the changed wheel, framing included',
        ...(bare ? ['less: a deploy of a release for which every wheel is there'] : []),
      ],
      take: async () => {
        const whole = total(await deploy(next()));
        return bare ? whole - total(await same()) : whole;
      },
    },
    rivals: [
      {
        name: 'rsync -z',
        steps: ['`rsync -az --delete` of the source tree, in which one file changed one line'],
        before: change,
        take: async () => total(await countBytes(rsync)),
        ...(bare ? { goal: { kind: 'within', times: 1.2 } } : {}),
      },
    ],
    notes: [NOTE, 'An application of 62 modules, 170 kB.'],
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}
