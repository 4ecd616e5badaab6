import { globSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { startNodes } from '../ground/nodes.ts';
import { seedStore } from '../ground/warm-root.ts';
import { command } from '../measure/command.ts';
import type { Row, RowMaker } from '../types.ts';

const rounds = 2;
export const memoryRows: readonly RowMaker[] = [
  { name: 'agent-memory', rounds, make: agent },
  { name: 'controller-memory', rounds, make: controllerAtThirty },
];

const program = join(import.meta.dirname, '../measure/peak_memory.py');
/** Of all sources the one that takes Python most: 420 kB of tests. */
const LARGEST = 'numpy/_core/tests/test_multiarray.py';
const COMPILE = 'import sys; compile(open(sys.argv[1], "rb").read(), sys.argv[1], "exec")';
const NOTE = 'The largest of its processes, at its largest, as wait4(2) tells; Python and Node.js themselves included.';

/** Of a first deploy: nothing else that the agent does handles as much. */
async function agent(ground: Ground): Promise<Row> {
  const { versions } = await ground.workload();
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1 });
  const [name = ''] = nodes.names;
  const [root, peaks] = [join(nodes.roots, 'conc', name), join(nodes.roots, 'peaks')];
  const python = join(nodes.roots, 'python');
  await writeFile(python, `#!/bin/sh\nexec ${program} ${peaks} ${ground.python} "$@"\n`, { mode: 0o755 });
  const ini = [...PLAIN.filter((line) => !line.startsWith('python')), `python = ${python}`];
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, [
    ...ini,
    ...overSsh(nodes, join(nodes.roots, 'conc')),
  ]);
  const deploy = (): Promise<unknown> =>
    controller.conc(['deploy', name, '--quiet', '--bundle', versions[0]?.bundle ?? '']);
  return {
    title: 'Memory of the agent, in a first deploy of 58 wheels',
    unit: 'MB',
    ours: {
      name: 'agent',
      steps: [],
      before: () => rm(root, { recursive: true, force: true }),
      take: () => peakOf(peaks, deploy),
    },
    limit: { kind: 'limit', most: 40 },
    rivals: [],
    notes: [NOTE],
    where: async () => {
      await deploy();
      const [source = ''] = globSync(join(root, 'current/venv/lib/python3.*/site-packages', LARGEST));
      const alone = await peakOf(peaks, () =>
        command([program, peaks, ground.python, '-I', '-S', '-c', COMPILE, source]),
      );
      return `${`an interpreter that compiles ${LARGEST}, and does nothing else`.padEnd(90)} ${alone.toFixed(0)} MB`;
    },
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}

/** A new bundle of 83 MB onto thirty nodes; their stores have all but the application. */
async function controllerAtThirty(ground: Ground): Promise<Row> {
  const { versions } = await ground.workload();
  const count = ground.quick ? 4 : 30;
  const nodes = await startNodes(ground, { place: 'tmpfs', count });
  const warm = await ground.warmRoot('tmpfs');
  for (const name of nodes.names) await seedStore(warm, join(nodes.roots, 'conc', name));
  const peaks = join(nodes.roots, 'peaks');
  const ini = [...PLAIN, ...overSsh(nodes, join(nodes.roots, 'conc'))];
  const controller = await controllerAt(join(nodes.roots, 'controller'), [program, peaks, ...ground.conc], ini);
  let turn = 0;
  return {
    title: `Memory of the controller, at ${count} nodes`,
    unit: 'MB',
    ours: {
      name: 'conc deploy @all',
      steps: [],
      take: () =>
        peakOf(peaks, () =>
          controller.conc(['deploy', '@all', '--quiet', '--bundle', versions[turn++ % versions.length]?.bundle ?? '']),
        ),
    },
    limit: { kind: 'limit', most: 150 },
    rivals: [],
    notes: [NOTE],
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}

/** The largest that was written meanwhile, in MB. */
async function peakOf(file: string, work: () => Promise<unknown>): Promise<number> {
  await rm(file, { force: true });
  await work();
  const peaks = (await readFile(file, 'utf8')).trim().split('\n').map(Number);
  return (Math.max(...peaks) * 1024) / 1e6;
}
