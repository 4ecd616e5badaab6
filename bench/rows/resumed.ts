import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBundle } from '../../src/bundle/open.ts';
import { type Controller, controllerAt, overSsh, PLAIN } from '../ground/controller.ts';
import type { Ground } from '../ground/ground.ts';
import { startNodes } from '../ground/nodes.ts';
import { countBytes } from '../link/count-bytes.ts';
import { behind } from '../link/link.ts';
import type { Row, RowMaker } from '../types.ts';

export const resumedRows: readonly RowMaker[] = [{ name: 'resumed', rounds: 2, make: resumed }];

/** An upload is cut in the middle, and the change goes on over a new connection. */
async function resumed(ground: Ground): Promise<Row> {
  const { versions } = await ground.workload();
  const bundle = versions[0]?.bundle ?? '';
  const all = await bytesIn(bundle);
  const nodes = await startNodes(ground, { place: 'tmpfs', count: 1 });
  const [name = ''] = nodes.names;
  const root = join(nodes.roots, 'conc', name);
  const controller = await controllerAt(join(nodes.roots, 'controller'), ground.conc, [
    ...PLAIN,
    ...overSsh(nodes, join(nodes.roots, 'conc')),
  ]);
  const whole = await readFile(nodes.sshConfig, 'utf8');
  let missing = 0;
  const cutInTheMiddle = async () => {
    await rm(root, { recursive: true, force: true });
    await writeFile(nodes.sshConfig, `${whole}\n  ${behind({ cut: Math.round(all / 2) })}\n`);
    await cutOff(controller, ['deploy', name, '--quiet', '--bundle', bundle]);
    await writeFile(nodes.sshConfig, whole);
    await ended(controller, name);
    missing = all - (await staged(root));
  };
  // Both sides of a round tell of one cut, whichever comes first.
  let turns = 0;
  const before = async () => {
    if (turns % 2 === 0) await cutInTheMiddle();
    turns += 1;
  };
  return {
    title: 'An upload of 58 wheels, cut in the middle: bytes sent by `conc continue`',
    unit: 'bytes',
    ours: {
      name: 'conc continue',
      steps: [
        'a first deploy, whose connection ends once half of the bytes went up',
        '`conc continue NODE --bundle FILE`: everything that it sends',
      ],
      before,
      take: async () =>
        (await countBytes((env) => controller.conc(['continue', name, '--quiet', '--bundle', bundle], env))).up,
    },
    rivals: [
      {
        name: 'what the node lacked',
        steps: ['the sizes of all wheels, less what lay on the node after the cut'],
        before,
        take: async () => missing,
        goal: { kind: 'within', times: 1.02 },
      },
    ],
    [Symbol.asyncDispose]: () => nodes[Symbol.asyncDispose](),
  };
}

async function bytesIn(file: string): Promise<number> {
  const bundle = await openBundle(file);
  await bundle.close();
  return bundle.manifest.wheels.reduce((sum, { size }) => sum + size, 0);
}

async function cutOff({ conc }: Controller, words: readonly string[]): Promise<void> {
  const well = await conc(words).then(
    () => true,
    () => false,
  );
  if (well) throw new Error('the deploy came to its end before the link was cut');
}

/** The agent notices that its controller is gone, and halts. */
async function ended({ conc }: Controller, name: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const status = await conc(['status', name, '--json']).catch((error: unknown) => String(error));
    if (/"state":\s*"(halted|interrupted)"/.test(status)) return;
    await sleep(100);
  }
  throw new Error('the change that was cut off did not halt');
}

/** Bytes of wheels that are staged, whole or in part; their lists of files lie beside them. */
async function staged(root: string): Promise<number> {
  const folder = join(root, 'change/wheels');
  const wheels = (await readdir(folder)).filter((name) => /\.(?:whl|part)$/.test(name));
  const sizes = wheels.map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
