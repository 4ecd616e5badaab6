import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { startNodes, stockHome } from '../ground/nodes.ts';
import { command, seconds } from '../measure/command.ts';
import { phases } from '../measure/where.ts';
import type { Row, RowMaker } from '../types.ts';

/** The very first deploy: nothing of the application is on the node. */
export const firstRows: readonly RowMaker[] = [{ name: 'first', rounds: 5, make: first }];

async function first(ground: Ground): Promise<Row> {
  const [workload, peers] = [await ground.workload(), await ground.peers()];
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1 });
  await stockHome(nodes, workload, join(peers.bin, 'uv'));
  const [name = ''] = nodes.names;
  const [version] = workload.versions;
  const root = join(nodes.roots, 'conc', name);
  const ini = [...PLAIN, "health.command = python -c 'import shop'", ...overSsh(nodes, join(nodes.roots, 'conc'))];
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, ini);
  const theirs = join(nodes.roots, 'theirs');
  const wheels = join(nodes.roots, 'all-wheels');
  await command(['cp', '-r', workload.wheels, wheels]);
  await command(['cp', version?.wheel ?? '', version?.requirements ?? '', wheels]);
  const program = join(nodes.roots, 'first.sh');
  await writeFile(program, uvDeploy(theirs));
  return {
    title: 'First deploy, cold store: 58 wheels, one node, on tmpfs',
    unit: 's',
    ours: {
      name: 'conc',
      steps: [
        '`conc deploy NODE --bundle FILE`, into an empty root: all wheels are sent, checked, unpacked, byte-compiled; all else as above',
      ],
      before: () => rm(root, { recursive: true, force: true }),
      take: () => seconds(() => controller.conc(['deploy', name, '--quiet', '--bundle', version?.bundle ?? ''])),
    },
    rivals: [
      {
        name: 'rsync, then uv with bytecode, its cache empty',
        steps: [
          '`rsync -a` of the same wheels',
          '`ssh NODE`: `uv venv`, `uv pip install --compile-bytecode --offline --require-hashes`, import the application, a link as the switch',
        ],
        before: async () => {
          await rm(theirs, { recursive: true, force: true });
          await rm(join(nodes.home, '.cache/uv'), { recursive: true, force: true });
        },
        take: () =>
          seconds(async () => {
            await command(['rsync', '-a', '-e', `ssh -F ${nodes.sshConfig}`, `${wheels}/`, `${name}:${theirs}/`]);
            await command(['sh', '-c', `ssh -F ${nodes.sshConfig} ${name} sh < ${program}`]);
          }),
        goal: { kind: 'within', times: 1 },
      },
    ],
    where: () => phases(controller, ['deploy', name, '--quiet', '--bundle', version?.bundle ?? '']),
    flushes: [nodes.pid],
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}

const uvDeploy = (folder: string): string => `set -e
cd ${folder}
~/.local/bin/uv venv --quiet --python /usr/bin/python3 venv
~/.local/bin/uv pip install --quiet --python venv --compile-bytecode --offline --no-index --find-links . --require-hashes -r requirements.txt
venv/bin/python -c 'import shop'
ln -s venv .current
mv -T .current current
`;
