import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensurePackages } from '../nodes/packages.ts';
import { baseline } from './baseline.ts';
import { runCell } from './cell.ts';
import { diskFaults } from './disk-faults.ts';
import { makeDiskNode } from './disk-node.ts';
import { type Fault, SIGNALS } from './faults.ts';
import { makeNode } from './node.ts';
import { powerLoss } from './power-loss.ts';
import { race } from './races.ts';
import { makeWorkshop, type Workshop } from './workshop.ts';

/** The short form of `npm run faults`: a cell of each kind, and some races. docs/fault-matrix.md holds the whole. */
let workshop: Workshop;

beforeAll(async () => {
  await ensurePackages();
  workshop = await makeWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const named = (faults: readonly Fault[], name: string): Fault => {
  const found = faults.find((fault) => fault.name === name);
  if (found === undefined) throw new Error(`no fault is named ${name}`);
  return found;
};
const inJob = (job: string) => ({ kind: 'in', job, part: 0.5 }) as const;

describe.concurrent('one fault after the other, while clients ask', () => {
  it('of the processes of a change', async ({ expect }) => {
    await using node = await makeNode(workshop, { name: 'near' });
    const setting = { node, usual: await baseline(node), sshd: null };
    const cells = [
      { number: 1, fault: named(SIGNALS, 'kill -9 agent'), moment: inJob('restart'), next: 'continue' },
      { number: 2, fault: named(SIGNALS, 'kill -9 controller'), moment: inJob('install'), next: 'abandon' },
      { number: 3, fault: named(SIGNALS, 'Ctrl-C twice'), moment: inJob('restart'), next: 'continue' },
    ] as const;
    for (const cell of cells) expect((await runCell(cell, setting)).problems, cell.fault.name).toEqual([]);
  });

  it('of the disk', async ({ expect }) => {
    await using node = await makeDiskNode(workshop, 'disk');
    const setting = { node, usual: await baseline(node), sshd: null };
    const readOnly = named(diskFaults(node), 'disk read-only');
    const cells = [
      { number: 1, fault: powerLoss(node), moment: inJob('restart'), next: 'continue' },
      { number: 2, fault: readOnly, moment: { kind: 'at', job: 'deliver' }, next: 'abandon' },
    ] as const;
    for (const cell of cells) expect((await runCell(cell, setting)).problems, cell.fault.name).toEqual([]);
  });
});

it('of two controllers at once one wins, the other is BLOCKED or goes after, and the history has no hole', async () => {
  await using node = await makeNode(workshop, { name: 'race', service: 'none' });
  const other = await makeNode(workshop, { name: 'race-other', service: 'none', root: node.root });
  expect(await race(node, other, 5)).toMatchObject({ pairs: 5, problems: [] });
});
