import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from '../nodes/command.ts';
import { type DiskNode, MOUNT_OPTIONS } from './disk-node.ts';
import { endsAfterPowerLoss } from './expected.ts';
import { type Fault, Wrong } from './faults.ts';
import { stopped } from './stopped.ts';
import type { Version } from './workshop.ts';

/** What is told to the program that looks at the disk as it was. */
export interface AfterPowerLoss {
  readonly name: string;
  readonly folder: string;
  readonly root: string;
  readonly port: number;
  readonly versions: readonly (Omit<Version, 'files'> & { readonly files: readonly (readonly [string, string])[] })[];
  readonly former: string;
  readonly next: 'continue' | 'abandon';
  readonly target: string;
  readonly allowed: readonly string[];
}

const PROGRAM = fileURLToPath(new URL('after-power-loss.ts', import.meta.url));

/**
 * The power goes: what was written to the loop image's file by then is all that there is. The node itself goes on; a copy
 * of the file is mounted in its place in namespaces of their own, with another boot id, and looked at there.
 */
export function powerLoss(node: DiskNode): Fault {
  const copy = join(node.folder, 'image-after');
  return {
    ...{ name: 'power loss', ground: 'disk', controllerLives: true, agentDies: true },
    // Two copies that are the same show one instant.
    strike: ({ root }) => stopped(root, true, () => copyTwice(node.image, copy)),
    examine: async ({ scene, phases, former, next }) => {
      const { name, folder, root, port, versions } = node;
      const task: AfterPowerLoss = {
        ...{
          name,
          folder,
          root,
          port,
          former,
          next,
          target: scene.target.version,
          allowed: endsAfterPowerLoss(phases),
        },
        versions: versions.map((version) => ({ ...version, files: [...version.files] })),
      };
      const file = join(node.folder, 'after.json');
      await writeFile(file, JSON.stringify(task));
      const { stdout, stderr, exit } = await command(
        [...elsewhere(copy, node.mount), process.execPath, PROGRAM, file],
        {
          check: false,
        },
      );
      await rm(copy, { force: true });
      const found = /^RESULT (.*)$/m.exec(stdout)?.[1];
      if (found === undefined) return [`nobody could look at it after the power loss: ${exit} ${stderr.slice(-600)}`];
      const problems: string[] = JSON.parse(found);
      return problems.map((problem) => `after the power loss: ${problem}`);
    },
  };
}

async function copyTwice(from: string, to: string): Promise<void> {
  await cp(from, to);
  for (let tries = 0; tries < 5; tries += 1) {
    const [before, now] = await Promise.all([readFile(to), readFile(from)]);
    if (before.equals(now)) return;
    await writeFile(to, now);
  }
  throw new Wrong('the disk was written to while everybody stood still');
}

/** Runs a program where the copy is mounted in the disk's place, as after a boot: other processes, network and boot id. */
const elsewhere = (image: string, mount: string): string[] => [
  ...['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-euc'],
  [
    `umount -l "$2"; mount -o ${MOUNT_OPTIONS} "$1" "$2"`,
    'ip link set lo up',
    'cat /proc/sys/kernel/random/uuid > "$1-boot"; mount --bind "$1-boot" /proc/sys/kernel/random/boot_id; rm -f "$1-boot"',
    'shift 2; "$@"',
  ].join('\n'),
  ...['sh', image, mount],
];
