import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);
const agent = join(import.meta.dirname, '../../../agent');

const caseSchema = z.object({
  name: z.string(),
  says: z.string(),
  /** What both readers' words match; null: it is sound. */
  because: z.string().nullable(),
  wheels: z.array(z.string()),
  allow: z.array(z.string()),
});
export type HostileCase = z.infer<typeof caseSchema>;

/** Writes the corpus of hostile wheels, a folder for each case: the agent's tests are held to the same one. */
export const writeCorpus = async (folder: string): Promise<readonly HostileCase[]> =>
  z.array(caseSchema).parse(await ask('write', folder));

/** Damaged wheels, a folder for each, all of them `good-1.0-py3-none-any.whl`. */
export const writeDamaged = async (folder: string, seed: number, count: number): Promise<readonly string[]> =>
  z.array(z.string()).parse(await ask('fuzz', folder, String(seed), String(count)));

/** What the agent's reader says to those that have a `contents.json` beside them; '': nothing against it. */
export const askAgent = async (folder: string): Promise<Readonly<Record<string, string>>> =>
  z.record(z.string(), z.string()).parse(await ask('read', folder));

async function ask(...argv: readonly string[]): Promise<unknown> {
  const { stdout } = await run('/usr/bin/env', ['python3', '-B', '-m', 'tests.install.hostile', ...argv], {
    cwd: agent,
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout);
}
