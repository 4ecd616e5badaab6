import { existsSync } from 'node:fs';
import { command } from './command.ts';

/** What booting nodes takes, and what reaches them: package → a file that is there once it is installed. */
const PACKAGES: Readonly<Record<string, string>> = {
  iproute2: '/usr/sbin/ip',
  libfaketime: '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  mmdebstrap: '/usr/bin/mmdebstrap',
  'openssh-client': '/usr/bin/ssh',
  'openssh-server': '/usr/sbin/sshd',
  python3: '/usr/bin/python3',
  'qemu-user-static': '/usr/bin/qemu-aarch64-static',
  sshfs: '/usr/bin/sshfs',
  'btrfs-progs': '/usr/sbin/mkfs.btrfs',
  xfsprogs: '/usr/sbin/mkfs.xfs',
  'systemd-container': '/usr/bin/systemd-nspawn',
};

/** The Debian packages that are missing on this machine. */
export function needs(): string[] {
  return Object.entries(PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);
}

/** Why this machine can't boot nodes, in words for a person; undefined: it can. */
export function whyNoNodes(): string | undefined {
  if (process.platform !== 'linux') return 'real nodes are booted on Linux only';
  if (process.getuid?.() !== 0) return 'real nodes are booted by root only';
  const missing = needs();
  if (missing.length > 0 && !existsSync('/usr/bin/apt-get')) return `these are not installed: ${missing.join(', ')}`;
  return undefined;
}

/** Installs what is missing, with apt-get. Waits for another apt-get that holds the lock. */
export async function ensurePackages(): Promise<void> {
  const why = whyNoNodes();
  if (why !== undefined) throw new Error(why);
  if (needs().length === 0) return;
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await command([...apt, 'update'], { env });
  await command([...apt, 'install', '--no-install-recommends', '-y', ...needs()], { env });
}
