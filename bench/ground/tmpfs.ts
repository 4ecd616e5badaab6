import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../measure/command.ts';

/**
 * A folder in memory. Root gets a file system of its own: the machine's /dev/shm may have too few inodes, of which every
 * hardlink counts as one there (tmpfs(5), nr_inodes).
 */
export async function mountTmpfs(): Promise<AsyncDisposable & { readonly folder: string }> {
  const root = process.getuid?.() === 0;
  const folder = await mkdtemp(join(root ? tmpdir() : '/dev/shm', 'conc-bench-memory-'));
  if (root) await command(['mount', '-t', 'tmpfs', '-o', 'nr_inodes=0,mode=0755', 'conc-bench', folder]);
  return {
    folder,
    async [Symbol.asyncDispose]() {
      if (root) await command(['umount', '--lazy', folder], { always: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
