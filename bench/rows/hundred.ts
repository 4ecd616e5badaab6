import { join } from 'node:path';
import { controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { startNodes } from '../ground/nodes.ts';
import { command, seconds } from '../measure/command.ts';
import { shares } from '../measure/where.ts';
import type { Row, RowMaker } from '../types.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';

/** A hundred nodes: what a deploy takes beside what connections alone take. */
export const hundredRows: readonly RowMaker[] = [{ name: 'hundred-nodes', rounds: 2, make: hundred }];

async function hundred(ground: Ground): Promise<Row> {
  const count = ground.quick ? 8 : 100;
  const nodes = await startNodes(ground, { place: 'tmpfs', count });
  const maker = await makeMaker(join(nodes.roots, 'made'), ground.python);
  const bundles: string[] = [];
  for (const mark of ['a', 'b', 'c']) bundles.push(await maker.bundle(mark, smallApplication(mark)));
  const ini = [...PLAIN, ...overSsh(nodes, join(nodes.roots, 'conc'))];
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, ini);
  let turn = 0;
  const connect = `printf '%s\\n' ${nodes.names.join(' ')} | xargs -P 16 -I{} ssh -F ${nodes.sshConfig} {} true`;
  return {
    title: `A deploy onto ${count} nodes, the application alone`,
    unit: 's',
    ours: {
      name: 'conc deploy @all',
      steps: ['a new wheel of 62 modules, all of conc’s jobs'],
      take: () => seconds(() => controller.conc(['deploy', '@all', '--quiet', '--bundle', bundles[turn++ % 3] ?? ''])),
    },
    rivals: [
      {
        name: `${count} × ssh NODE true`,
        steps: ['`xargs -P 16 ssh NODE true`: the floor, which nothing that connects can be below'],
        take: () => seconds(() => command(['sh', '-c', connect])),
      },
    ],
    where: () => shares(controller, ['deploy', '@all', '--quiet', '--bundle', bundles[turn++ % 3] ?? '']),
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}
