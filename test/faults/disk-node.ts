import { existsSync } from 'node:fs';
import { cp, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from '../nodes/command.ts';
import { ask } from './clients.ts';
import { type FaultNode, makeNode } from './node.ts';
import { servers } from './processes.ts';
import type { Workshop } from './workshop.ts';

/** A node whose root has a file system of its own: a loop image with ext4, which may get full or come to grief. */
export interface DiskNode extends FaultNode {
  readonly image: string;
  readonly mount: string;
  /** What a person does with a disk that has failed: everything is ended, it is checked, mounted, and services start. */
  readonly mend: () => Promise<void>;
}

const SIZE = 128 << 20;
/** Nothing is kept for root; an error makes it read-only, as Debian has it. What isn't synced is lost for long, in any order. */
export const MOUNT_OPTIONS = 'loop,errors=remount-ro,noauto_da_alloc,commit=300';
export const TRAP = 'trap';

export async function makeDiskNode(workshop: Workshop, name: string): Promise<DiskNode> {
  const folder = join(workshop.folder, name);
  const [image, mount] = [join(folder, 'image'), join(folder, 'disk')];
  await mkdir(mount, { recursive: true });
  const file = await open(image, 'w');
  await file.truncate(SIZE);
  await file.close();
  await command(['mkfs.ext4', '-q', '-m', '0', image]);
  await mountDisk({ image, mount });
  const node = await makeNode(workshop, { name, root: join(mount, 'root') });
  let mended = 0;
  let current = image;
  return {
    ...node,
    mount,
    get image() {
      return current;
    },
    mend: async () => {
      const before = current;
      mended += 1;
      current = `${image}-${mended}`;
      await mendDisk(node, { before, image: current, mount });
    },
    async [Symbol.asyncDispose]() {
      await endServers(node.root);
      await command(['umount', '-l', mount]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** On a copy: another mount namespace of this machine may still hold the old one, and with it the error. */
async function mendDisk(
  { root, url }: FaultNode,
  { before, image, mount }: { readonly before: string; readonly image: string; readonly mount: string },
): Promise<void> {
  await endServers(root);
  await command(['umount', '-l', mount]);
  await cp(before, image);
  await rm(before);
  const { exit } = await command(['e2fsck', '-fy', image], { check: false });
  if (exit > 1) throw new Error(`e2fsck ended with ${exit}`);
  await mountDisk({ image, mount });
  if (existsSync(join(root, 'bin/supervisord'))) await command([join(root, 'bin/supervisord')]);
  for (let tries = 0; tries < 100 && typeof (await ask(url)) === 'string'; tries += 1) await sleep(50);
}

/** With a file in it whose inode is damaged: who looks at it lets the kernel find an error. */
async function mountDisk({ image, mount }: Pick<DiskNode, 'image' | 'mount'>): Promise<void> {
  await command(['debugfs', '-w', '-R', `write /dev/null ${TRAP}`, image]);
  await command(['debugfs', '-w', '-R', `sif ${TRAP} extra_isize 999`, image]);
  await command(['mount', '-o', MOUNT_OPTIONS, image, mount]);
}

async function endServers(root: string): Promise<void> {
  for (const pid of servers(root)) kill(pid);
  for (let tries = 0; servers(root).size > 0 && tries < 100; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
