import { baseline } from './baseline.ts';
import { bootedPowerLoss } from './booted.ts';
import { type Cell, type CellResult, reset, runCell, type Setting } from './cell.ts';
import { atRandom, eachOnce, everyJob, inEveryJob, numbered } from './cells.ts';
import { diskFaults } from './disk-faults.ts';
import { makeDiskNode } from './disk-node.ts';
import { LINKS, SIGNALS } from './faults.ts';
import { JOBS, type Moment } from './moments.ts';
import { type FaultNode, makeNode } from './node.ts';
import {
  BUNDLE_AT_REST,
  BUNDLE_IN_TRANSIT,
  CLOCKS,
  FAR_CLOCKS,
  INSTALLED_FILE,
  SECOND_CONTROLLER,
} from './other-faults.ts';
import { powerLoss } from './power-loss.ts';
import { makePythonNode, pythonFaults } from './python-node.ts';
import { randomOf } from './random.ts';
import { makeSshNode } from './ssh-node.ts';
import type { Workshop } from './workshop.ts';

export interface MatrixOptions {
  readonly seed: number;
  /** No more cells than these of each node, drawn by the seed. */
  readonly cells: number;
  /** Only faults whose names fit. */
  readonly only: RegExp;
  /** Set once no more cells are to be begun. */
  readonly stop: AbortSignal;
  readonly tell: (result: CellResult) => void;
}

const WHOLE: Moment = { kind: 'whole' };
const at = (job: string): Moment => ({ kind: 'at', job });
const BEGINNING: Moment = { kind: 'random', part: 0 };
const BESIDE = [
  // Later than that the first may have ended before the second is there.
  ...eachOnce([SECOND_CONTROLLER], ['preflight', 'deliver', 'install', 'verify', 'switch', 'restart'].map(at)),
  ...eachOnce(CLOCKS, [WHOLE]),
];

/** All cells, on several nodes at once. */
export async function runMatrix(workshop: Workshop, options: MatrixOptions): Promise<CellResult[]> {
  const random = randomOf(options.seed);
  const chosen = (cells: readonly Cell[]): Cell[] =>
    cells
      .filter(({ fault }) => options.only.test(fault.name))
      .map((cell) => ({ cell, order: random() }))
      .toSorted((one, other) => one.order - other.order)
      .slice(0, options.cells)
      .map(({ cell }) => cell);
  const near = chosen(numbered([...everyJob(SIGNALS, random), ...atRandom(SIGNALS, 12, random), ...BESIDE], random));
  const links = [...inEveryJob(LINKS, random), ...atRandom(LINKS, 6, random), ...eachOnce(FAR_CLOCKS, [WHOLE])];
  const far = chosen(numbered(links, random, 1000));
  // In this order: the second finds nothing in the store of what it alters.
  const altered = chosen(
    numbered(
      [
        ...eachOnce([BUNDLE_AT_REST], [WHOLE]),
        ...eachOnce([BUNDLE_IN_TRANSIT], [BEGINNING]),
        ...eachOnce([INSTALLED_FILE], [WHOLE]),
      ],
      random,
      4000,
    ),
  ).toSorted((one, other) => one.number - other.number);
  const results: CellResult[] = [];
  const work = async (queue: Cell[], make: () => Promise<FaultNode & { readonly sshd?: number }>): Promise<void> => {
    if (queue.length === 0) return;
    await using node = await make();
    const usual = await baseline(node);
    for (let cell = queue.shift(); cell !== undefined && !options.stop.aborted; cell = queue.shift()) {
      const result = await attempt(cell, { node, usual, sshd: node.sshd ?? null });
      results.push(result);
      options.tell(result);
    }
  };
  const nodes = ['near-1', 'near-2', 'near-3', 'near-4'].map(
    (name) => () => work(near, () => makeNode(workshop, { name })),
  );
  await Promise.all([
    nodes[0]?.(),
    near.length > 3 ? nodes[1]?.() : null,
    (async () => {
      await work(far, () => makeSshNode(workshop, 'far'));
      await nodes[2]?.();
    })(),
    (async () => {
      await work(altered, () => makeNode(workshop, { name: 'altered' }));
      await onPython();
      await onBooted();
      await onDisk();
      await nodes[3]?.();
    })(),
  ]);
  return results.toSorted((one, other) => one.cell.number - other.cell.number);

  async function onDisk(): Promise<void> {
    const disk = await makeDiskNode(workshop, 'disk');
    const cells = chosen(
      numbered(
        [
          ...eachOnce(diskFaults(disk), JOBS.map(at)),
          ...inEveryJob([powerLoss(disk)], random),
          ...atRandom([powerLoss(disk)], 5, random),
        ],
        random,
        2000,
      ),
    );
    if (cells.length > 0) await work(cells, async () => disk);
    else await disk[Symbol.asyncDispose]();
  }

  async function onBooted(): Promise<void> {
    if (!options.only.test('power loss of a booted node') || options.stop.aborted || options.cells < 1000) return;
    const result = await bootedPowerLoss(workshop, 5001, 'continue');
    results.push(result);
    options.tell(result);
  }

  async function onPython(): Promise<void> {
    const node = await makePythonNode(workshop, 'python');
    const cells = chosen(numbered(eachOnce(pythonFaults(node), JOBS.map(at)), random, 3000));
    if (cells.length > 0) await work(cells, async () => node);
    else await node[Symbol.asyncDispose]();
  }
}

/** What nobody foresaw is a cell that failed, and no more than that. */
async function attempt(cell: Cell, setting: Setting): Promise<CellResult> {
  try {
    return await runCell(cell, setting);
  } catch (error) {
    const lost = await reset(setting.node).then(
      () => [],
      (more: unknown) => [`the node could not be brought back: ${String(more)}`],
    );
    return { cell, struck: '?', end: '?', problems: [String(error), ...lost], seconds: 0 };
  }
}
