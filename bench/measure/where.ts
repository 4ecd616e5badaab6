import { z } from 'zod';
import type { Controller } from '../ground/controller.ts';
import { command } from './command.ts';

/** Of one more run of a deploy onto one node: the table of `--timings`. */
export async function phases({ cwd, argv }: Controller, words: readonly string[]): Promise<string> {
  const said = await command(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv, ...words, '--timings'], { cwd });
  const start = said.indexOf('where the time went');
  if (start < 0) throw new Error(`--timings told nothing: ${said}`);
  const lines = said.slice(start).trimEnd().split('\n');
  return lines.filter((line) => !/^(the clock of|\S+ serves )/.test(line)).join('\n');
}

const timings = z.object({
  event: z.literal('timings'),
  timings: z.object({
    wall: z.number(),
    here: z.number(),
    connections: z.array(
      z.object({ phases: z.array(z.object({ node: z.number().nullable(), programs: z.number().nullable() })) }),
    ),
  }),
});

/** Of one more run onto many nodes: whose work kept the processors busy. */
export async function shares({ conc }: Controller, words: readonly string[]): Promise<string> {
  const told = (await conc([...words, '--timings', '--json'])).trim().split('\n');
  const [found] = told.flatMap((line) => timings.safeParse(JSON.parse(line)).data ?? []);
  if (found === undefined) throw new Error('--timings --json told nothing');
  const { wall, here, connections } = found.timings;
  const all = connections.flatMap((each) => each.phases);
  const sum = (of: 'node' | 'programs'): number => all.reduce((total, phase) => total + (phase[of] ?? 0), 0);
  const lines: readonly (readonly [string, number])[] = [
    ['wall', wall],
    ['CPU of conc itself', here],
    ['CPU of the agents', sum('node')],
    ['CPU of programs that they started and waited for', sum('programs')],
  ];
  return lines.map(([name, value]) => `${name.padEnd(50)} ${value.toFixed(2).padStart(7)} s`).join('\n');
}
