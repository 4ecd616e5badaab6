import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { command } from '../nodes/command.ts';
import { type DiskNode, mendDisk } from './disk-node.ts';
import type { Fault } from './faults.ts';

/** Faults of the disk under one node. */
export const diskFaults = (node: DiskNode): readonly Fault[] => [
  {
    ...about('disk full'),
    strike: async () => fill(join(node.mount, 'fill')),
    mend: async () => rmSync(join(node.mount, 'fill'), { force: true }),
  },
  {
    ...about('disk read-only'),
    strike: () => makeReadOnly(node),
    mend: () => mendDisk(node),
  },
];

const about = (name: string) => ({ name, ground: 'disk', controllerLives: true, agentDies: false }) as const;

/** To the last byte: what is written in small pieces does not fit either. */
function fill(file: string): void {
  const descriptor = openSync(file, 'a');
  try {
    for (let size = 1 << 22; size > 0; ) {
      try {
        writeSync(descriptor, Buffer.alloc(size, 'x'));
      } catch {
        size >>= 1;
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** An error of the file system, as the kernel itself would find one: with errors=remount-ro nothing is written any more. */
async function makeReadOnly({ mount }: DiskNode): Promise<void> {
  const { stdout } = await command(['findmnt', '-no', 'SOURCE', mount]);
  await writeFile(`/sys/fs/ext4/${basename(stdout.trim())}/trigger_fs_error`, 'conc');
}
