import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Ground } from '../ground/ground.ts';
import { command } from './command.ts';

const said = z.object({ milliseconds: z.number(), lines: z.number() });

/** All of a conc.ini, in a process of its own, which has nothing warm: as a command has it. */
export async function parseAndEvaluate({ conc }: Ground, file: string): Promise<z.infer<typeof said>> {
  const [node = '', main = ''] = conc;
  const program = join(import.meta.dirname, 'parse-and-evaluate.ts');
  return said.parse(JSON.parse(await command([node, program, join(dirname(main), '..'), file])));
}
