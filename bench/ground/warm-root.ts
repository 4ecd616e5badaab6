import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../measure/command.ts';
import type { Workload } from '../workload/workload.ts';

/** A root on this machine which serves the first version: all wheels are in its store, compiled. */
export async function makeWarmRoot(place: string, conc: readonly string[], { versions }: Workload): Promise<string> {
  const cwd = join(place, 'warm');
  await mkdir(cwd, { recursive: true });
  await writeFile(
    join(cwd, 'conc.ini'),
    '[DEFAULT]\napp = shop\npython = /usr/bin/python3\nworkers = 4\n[node here]\ngateway = popen\nroot = ./root\n',
  );
  await command([...conc, 'deploy', 'here', '--quiet', '--bundle', versions[0]?.bundle ?? ''], { cwd });
  return join(cwd, 'root');
}

/**
 * Gives another root the same store, by hardlinks: a store entry is known by content, times and inodes, and these stay. What would take
 * half a minute of compiling for each of thirty nodes is no part of what is measured.
 */
export async function seedStore(warm: string, root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  await command(['cp', '-al', join(warm, 'store'), join(root, 'store')]);
}
