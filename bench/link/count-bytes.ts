import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { z } from 'zod';

const counted = z.object({ up: z.number(), down: z.number() });

export interface Bytes {
  readonly up: number;
  readonly down: number;
}

/** What goes through all ssh connections of the work, as its programs write and read it; `env` makes them use our ssh. */
export async function countBytes(work: (env: Record<string, string>) => Promise<unknown>): Promise<Bytes> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-bench-bytes-'));
  try {
    await symlink(join(import.meta.dirname, 'counting_ssh.py'), join(folder, 'ssh'));
    const file = join(folder, 'counts');
    await work({ PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`, COUNTING_SSH: file });
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const all = lines.map((line) => counted.parse(JSON.parse(line)));
    return { up: all.reduce((sum, { up }) => sum + up, 0), down: all.reduce((sum, { down }) => sum + down, 0) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const total = ({ up, down }: Bytes): number => up + down;
