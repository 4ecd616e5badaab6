import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';

export type Suite = 'bullseye' | 'bookworm' | 'trixie' | 'sid';

/** The ordinary user on every node: no password, no sudo. */
export const USER = 'deploy';

/** What a machine is started by. */
export type Init = 'systemd' | 'sysvinit';

const INIT: Readonly<Record<Init, readonly string[]>> = {
  systemd: ['systemd-sysv', 'dbus', 'libpam-systemd'],
  sysvinit: ['sysvinit-core'],
};

/** A small server as people have them: Debian's python3 alone (no venv package, no pip), no compiler. */
const PACKAGES = [
  'openssh-server',
  'sudo',
  'cron',
  'iproute2',
  'procps',
  'python3',
  'nginx-light',
  'redis-server',
  'ca-certificates',
];

/** Beside them, in one suite: the other sudo that Debian has, as `sudo-rs`. */
const MORE: Readonly<Partial<Record<Suite, readonly string[]>>> = { trixie: ['sudo-rs'] };

const HOOKS = [
  `chroot "$1" useradd --create-home --shell /bin/bash ${USER}`,
  // Every clone gets an identity of its own.
  'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id "$1"/var/lib/dbus/machine-id "$1"/etc/hostname "$1"/etc/resolv.conf',
];
const INIT_HOOKS: Readonly<Record<Init, string>> = {
  // Housekeeping that would reach for the network, or take time from a measurement.
  systemd: 'chroot "$1" systemctl mask apt-daily.timer apt-daily-upgrade.timer console-getty.service',
  // There are no terminals to log in at.
  sysvinit: 'sed -i "/getty/d" "$1"/etc/inittab',
};

/** What a root file system may differ in: what starts it, and Debian packages beside those that every node has. */
export interface Kind {
  readonly init?: Init;
  readonly packages?: readonly string[];
}

/**
 * A Debian root file system, as a directory that is only read: nodes are clones of it. Built once (20 to 50 s) and kept in the cache folder
 * (about 300 MB each); a changed recipe is another directory. Builds aside, under a lock that ends with its holder.
 */
export const rootFileSystem = (suite: Suite, { init = 'systemd', packages = [] }: Kind = {}): Promise<string> =>
  cachedTree(
    [init === 'systemd' ? suite : `${suite}-${init}`, ...packages].join('+'),
    buildCommand(suite, init, packages),
  );

/** A directory that a command makes whose last argument it is, once for each recipe. */
export async function cachedTree(name: string, recipe: readonly string[]): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'conc-test', 'rootfs');
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 8);
  const directory = join(cache, `${name}-${hash}`);
  if (existsSync(directory)) return directory;
  mkdirSync(cache, { recursive: true });
  const script =
    'final=$1; shift; test -d "$final" || { rm -rf "$final.new" && "$@" "$final.new" && mv -T "$final.new" "$final"; }';
  await command(['flock', `${directory}.lock`, 'sh', '-c', script, 'build', directory, ...recipe]);
  return directory;
}

/** mmdebstrap(1) without its last argument, the directory. */
function buildCommand(suite: Suite, init: Init, more: readonly string[]): string[] {
  return [
    'mmdebstrap',
    '--quiet',
    '--variant=minbase',
    `--include=${[...INIT[init], ...PACKAGES, ...(MORE[suite] ?? []), ...more].join(',')}`,
    // Package lists of suites that are not released expire within days, also those that a mirror keeps.
    ...(suite === 'sid' ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : []),
    // Port 80 is nginx's, which every node has.
    ...(more.includes('apache2')
      ? [`--customize-hook=sed -i 's/^Listen 80$/Listen 8088/' "$1"/etc/apache2/ports.conf`]
      : []),
    ...[...HOOKS, INIT_HOOKS[init]].map((hook) => `--customize-hook=${hook}`),
    suite,
  ];
}
