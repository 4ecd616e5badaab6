import { join } from 'node:path';
import { command, seconds } from '../measure/command.ts';
import type { GrowthMaker } from '../types.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';
import { growingRoot } from './root.ts';
import { curvesOver } from './sizes.ts';

export const historyGrowth: GrowthMaker = {
  name: 'history',
  title: 'Entries of the history',
  of: 'entries',
  unit: 's',
  how: 'A deploy in which one line of a small application changed, `conc status`, and `conc log` with its newest entries. No ssh, tmpfs.',
  measure: async (ground) => {
    const maker = await makeMaker(join(ground.places.disk, 'growth-history'), ground.python);
    const bundles: string[] = [];
    for (const mark of ['a', 'b', 'c']) bundles.push(await maker.bundle(mark, smallApplication(mark)));
    const { root, controller, deploy } = await growingRoot(ground, 'growth-history');
    let turn = 0;
    const next = (): Promise<number> => deploy(bundles[turn++ % 3] ?? '');
    for (const _ of bundles) await next();
    const program = join(ground.house, 'bench/agent/write_history.py');
    return curvesOver(ground.quick ? [10, 1000] : [10, 100, 1000, 10_000, 100_000], 3, async (entries) => {
      await command([ground.python, '-I', program, join(ground.house, 'agent'), root, String(entries)]);
      return {
        'a deploy': next,
        'conc status': () => seconds(() => controller.conc(['status', 'here', '--json'])),
        'conc log': () => seconds(() => controller.conc(['log', 'here', '--json'])),
      };
    });
  },
};
