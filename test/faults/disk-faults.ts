import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DiskNode, TRAP } from './disk-node.ts';
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
    mend: node.mend,
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

/** As when the kernel itself finds an error: with errors=remount-ro nothing is written any more. */
async function makeReadOnly({ mount }: DiskNode): Promise<void> {
  await stat(join(mount, TRAP)).catch(() => {});
}
