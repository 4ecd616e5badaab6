import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground } from '../ground/ground.ts';
import type { GrowthMaker } from '../types.ts';
import { makeMaker, smallApplication } from '../workload/made.ts';
import { growingRoot } from './root.ts';
import { type Costs, curvesOver } from './sizes.ts';

const HOW = `A first deploy into an empty root, and one in which only the application changed, on a node that is a folder of this machine, on tmpfs: no ssh, whose
cost does not grow. Wheels are made for it: modules of one line.`;

export const filesGrowth: GrowthMaker = {
  name: 'files',
  title: 'Files of the vendors’ wheels',
  of: 'files',
  unit: 's',
  how: HOW,
  measure: (ground) =>
    overVendors(ground, ground.quick ? [1000, 4000] : [1000, 3000, 10_000, 30_000, 100_000], (files) => ({
      wheels: 20,
      files: files / 20,
    })),
};

export const wheelsGrowth: GrowthMaker = {
  name: 'wheels',
  title: 'Wheels',
  of: 'wheels',
  unit: 's',
  how: `${HOW} Each has 20.`,
  measure: (ground) =>
    overVendors(ground, ground.quick ? [10, 40] : [10, 30, 100, 300], (wheels) => ({ wheels, files: 20 })),
};

function overVendors(
  ground: Ground,
  sizes: readonly number[],
  shape: (size: number) => { readonly wheels: number; readonly files: number },
): ReturnType<GrowthMaker['measure']> {
  return curvesOver(sizes, ground.quick ? 1 : 3, async (size): Promise<Costs> => {
    const { wheels, files } = shape(size);
    const name = `growth-${size}`;
    const folder = join(ground.places.disk, name);
    const maker = await makeMaker(folder, ground.python);
    const vendors = await maker.vendorWheels('vendor', wheels, files);
    const bundles: string[] = [];
    for (const mark of ['a', 'b', 'c']) bundles.push(await maker.bundle(mark, smallApplication(mark), vendors));
    const { root, deploy } = await growingRoot(ground, name);
    let turn = 0;
    return {
      'first deploy': async () => {
        await rm(root, { recursive: true, force: true });
        return deploy(bundles[turn++ % 3] ?? '');
      },
      'application changed': () => deploy(bundles[turn++ % 3] ?? ''),
    };
  });
}
