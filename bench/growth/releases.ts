import { join } from 'node:path';
import { seconds } from '../measure/command.ts';
import type { GrowthMaker } from '../types.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';
import { growingRoot } from './root.ts';
import { curvesOver } from './sizes.ts';

export const releasesGrowth: GrowthMaker = {
  name: 'releases',
  title: 'Releases kept',
  of: 'releases',
  unit: 's',
  how: 'The next deploy, in which one line of a small application changed and the oldest release is pruned, and `conc releases`, where `keep` proven releases are there. No ssh, tmpfs.',
  measure: async (ground) => {
    const maker = await makeMaker(join(ground.places.disk, 'growth-releases'), ground.python);
    let made = 0;
    return curvesOver(ground.quick ? [1, 4] : [1, 3, 10, 25, 50], 3, async (keep) => {
      const { controller, deploy } = await growingRoot(ground, `growth-releases-${keep}`, [`keep = ${keep}`]);
      const next = async (): Promise<number> => {
        const mark = `m${made++}`;
        return deploy(await maker.bundle(mark, smallApplication(mark)));
      };
      for (let release = 0; release <= keep; release += 1) await next();
      return {
        'the next deploy': next,
        'conc releases': () => seconds(() => controller.conc(['releases', 'here', '--json'])),
      };
    });
  },
};
