import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embedded } from '../ground/controller.ts';
import { seconds } from '../measure/command.ts';
import { parseAndEvaluate } from '../measure/parse.ts';
import type { GrowthMaker } from '../types.ts';
import { largeIni } from '../workload/large-ini.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';
import { growingRoot } from './root.ts';
import { curvesOver } from './sizes.ts';

export const iniGrowth: GrowthMaker = {
  name: 'ini',
  title: 'Nodes in conc.ini',
  of: 'nodes',
  unit: 'ms',
  how: 'A file with so many nodes in ten groups, seven lines a node: all of it read and every node evaluated; and `conc show` and `conc plan` of one node, whose root is a folder of this machine.',
  measure: async (ground) => {
    const maker = await makeMaker(join(ground.places.disk, 'growth-ini'), ground.python);
    const bundle = await maker.bundle('a', smallApplication('a'));
    const { root, controller } = await growingRoot(ground, 'growth-ini');
    const file = join(controller.cwd, 'conc.ini');
    const typed = (words: readonly string[]) => async (): Promise<number> =>
      (await seconds(() => controller.conc(words))) * 1000;
    return curvesOver(ground.quick ? [1, 500] : [1, 5, 20, 100, 500], 5, async (nodes) => {
      await writeFile(file, largeIni(nodes, embedded(root)));
      return {
        'parse and evaluate': async () => (await parseAndEvaluate(file)).milliseconds,
        'conc show': typed(['show', 'here', '--json']),
        'conc plan': typed(['plan', 'here', '--bundle', bundle, '--json']),
      };
    });
  },
};
