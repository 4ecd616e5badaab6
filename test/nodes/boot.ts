import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './command.ts';
import type { Ground } from './ground.ts';
import type { Network } from './network.ts';
import type { Init } from './root-file-system.ts';

/** A running machine: systemd-nspawn, and its child, which is the node's PID 1. */
export interface Machine {
  readonly nspawn: ChildProcess;
  /** The pid, outside, of the node's PID 1. */
  readonly leader: number;
  /** Resolves when nspawn is gone. */
  readonly ended: Promise<void>;
}

const BOOT_SECONDS = 60;

/** Boots the file system at `<ground>/root` and waits until its init says that all is up. Where it isn't: an error, and no machine. */
export async function boot(
  ground: Ground,
  network: Network,
  hostname: string,
  init: Init = 'systemd',
): Promise<Machine> {
  const console = openSync(join(ground.directory, 'console.log'), 'a');
  // The shell puts itself into the node's own control groups before it becomes nspawn.
  const script =
    'for group in "$@"; do test "$group" != -- || break; echo $$ >"$group/cgroup.procs"; shift; done; shift; exec "$@"';
  const argv = ['-c', script, 'boot', ...ground.groups, '--', ...nspawnCommand(ground, network, hostname)];
  // New systemds refuse the old hierarchies, which nspawn would pick where the machine has both.
  const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1' };
  const nspawn = spawn('sh', argv, { detached: true, stdio: ['ignore', console, console], env });
  closeSync(console);
  const ended = new Promise<void>((resolve) => nspawn.once('exit', () => resolve()));
  const deadline = Date.now() + BOOT_SECONDS * 1000;
  for (;;) {
    const leader = leaderOf(nspawn);
    const state = leader === undefined ? 'not started' : await STATE[init](leader);
    if (leader !== undefined && state === 'running') return { nspawn, leader, ended };
    if (state === 'degraded' || hasEnded(nspawn) || Date.now() > deadline) {
      const failed = leader === undefined ? '' : await failedUnits(leader);
      if (leader !== undefined) await cutPower({ nspawn, leader, ended });
      throw new Error(`${hostname} did not boot: ${state}\n${failed}${consoleTail(ground)}`);
    }
    await sleep(100);
  }
}

/** Power loss: its PID 1 is killed, and everything with it. (Killing nspawn would leave the node running.) */
export async function cutPower(machine: Machine): Promise<void> {
  const { nspawn, leader, ended } = machine;
  if (!hasEnded(nspawn)) process.kill(leader, 'SIGKILL');
  await ended;
}

/** What stands before a command that is to run inside the node, as its root. */
export function inside(machine: Machine): string[] {
  const environment = [
    'HOME=/root',
    'LANG=C.UTF-8',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  ];
  return ['nsenter', `--target=${machine.leader}`, '--all', 'env', '-i', '-C', '/root', ...environment];
}

function nspawnCommand(ground: Ground, network: Network, hostname: string): string[] {
  const { directory, id } = ground;
  return [
    'systemd-nspawn',
    '--quiet',
    '--boot',
    '--register=no',
    '--keep-unit',
    '--console=read-only',
    `--directory=${directory}/root`,
    `--machine=${id}`,
    `--hostname=${hostname}`,
    `--network-namespace-path=/run/netns/${network.node}`,
    '--resolv-conf=off',
    '--timezone=off',
    '--link-journal=no',
    // Where applications live is a file system of its own, as on a real disk: overlayfs copies hardlinks up and can't rename directories.
    `--bind=${directory}/disk/home:/home`,
    `--bind=${directory}/disk/srv:/srv`,
  ];
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** nspawn's one child; known only by its parent, as nothing registers the machine. */
function leaderOf(nspawn: ChildProcess): number | undefined {
  try {
    if (readFileSync(`/proc/${nspawn.pid}/comm`, 'utf8') !== 'systemd-nspawn\n') return undefined;
    const children = readFileSync(`/proc/${nspawn.pid}/task/${nspawn.pid}/children`, 'utf8').trim().split(' ');
    // Until the machine's PID 1 is there, the child is a helper of nspawn's own.
    return children
      .map(Number)
      .find((pid) => pid > 0 && /^(systemd|init)\n$/.test(readFileSync(`/proc/${pid}/comm`, 'utf8')));
  } catch {
    return undefined;
  }
}

const STATE: Readonly<Record<Init, (leader: number) => Promise<string>>> = {
  systemd: systemState,
  sysvinit: runlevel,
};

/** By its last script: sshd's has ended once its pid is written. */
async function runlevel(leader: number): Promise<string> {
  const script = 'runlevel; test -s /run/sshd.pid && ! pgrep -f "[/]etc/init.d/rc" >/dev/null';
  const { exit, stdout } = await command(['nsenter', `--target=${leader}`, '--all', 'sh', '-c', script], {
    check: false,
  });
  return exit === 0 ? 'running' : `starting, runlevel ${stdout.trim()}`;
}

async function systemState(leader: number): Promise<string> {
  const enter = ['timeout', String(BOOT_SECONDS), 'nsenter', `--target=${leader}`, '--all'];
  const argv = [...enter, 'systemctl', 'is-system-running', '--wait'];
  const { stdout, stderr } = await command(argv, { check: false });
  return stdout.trim() || stderr.trim();
}

/** Where it is systemd: of another it says nothing. */
async function failedUnits(leader: number): Promise<string> {
  const argv = ['nsenter', `--target=${leader}`, '--all', 'systemctl', '--failed', '--no-legend', '--plain'];
  return (await command(argv, { check: false })).stdout;
}

/** The last lines that the node printed while it booted. */
export function consoleTail(ground: Ground, lines = 20): string {
  const text = readFileSync(join(ground.directory, 'console.log'), 'utf8');
  return ["its console's last lines:", ...text.trimEnd().split(/\r?\n/).slice(-lines)].join('\n');
}
