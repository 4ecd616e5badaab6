import { z } from 'zod';
import { must, type SeenNode } from './node.ts';

/** What of `conc status --json` is compared with what is so. */
const status = z.object({
  release: z.object({ id: z.string(), version: z.string(), proven: z.boolean() }).nullable(),
  change: z.object({ state: z.enum(['running', 'halted', 'interrupted']), job: z.string().nullable() }).nullable(),
});
export type Status = z.infer<typeof status>;

export async function statusOf(node: SeenNode): Promise<Status> {
  const run = await must(node, ['status', node.name, '--json']);
  return z.object({ nodes: z.tuple([status]) }).parse(JSON.parse(run.stdout)).nodes[0];
}

/** The commands that conc tells a person to go on with, in the order told. None: there is nothing to do. */
export async function toldNext(node: SeenNode): Promise<readonly ('continue' | 'abandon')[]> {
  const { stdout } = await must(node, ['status', node.name]);
  return (['continue', 'abandon'] as const).filter((what) => stdout.includes(`conc ${what} ${node.name}`));
}
