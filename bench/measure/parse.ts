import { join } from 'node:path';
import { z } from 'zod';
import { command } from './command.ts';

const said = z.object({ milliseconds: z.number(), lines: z.number() });

/** All of a conc.ini, in a process of its own, which has nothing warm: as a command has it. */
export async function parseAndEvaluate(file: string): Promise<z.infer<typeof said>> {
  const program = join(import.meta.dirname, 'parse-and-evaluate.ts');
  return said.parse(JSON.parse(await command([process.execPath, program, file])));
}
