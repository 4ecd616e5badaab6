import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.ts';

const REMOVE = fileURLToPath(new URL('remove-node.sh', import.meta.url));
const PREFIX = 'conc-node-';

/** What one node stands on: a directory whose name tells whose it is, and control groups that hold its processes. */
export interface Ground {
  /** `conc-node-<pid>-<start time>-<random>`: also the name of machine, control groups and network namespaces. */
  readonly id: string;
  readonly directory: string;
  /** Directories in the cgroup file systems. The node's processes stay below them. */
  readonly groups: readonly string[];
  /** Waits until this process is gone, however it went, and then removes the node. */
  readonly keeper: ChildProcess;
}

/** Grounds of this process, for the sweep at its exit. */
const grounds = new Set<Ground>();

export function makeGround(): Ground {
  const id = `${PREFIX}${process.pid}-${startTime(process.pid)}-${randomBytes(3).toString('hex')}`;
  const directory = join(tmpdir(), id);
  mkdirSync(directory, { mode: 0o755 });
  const groups = groupRoots().map((root) => join(root, id));
  writeFileSync(join(directory, 'cgroups'), groups.map((group) => `${group}\n`).join(''));
  for (const group of groups) mkdirSync(group);
  const script = 'cat >/dev/null; exec sh "$0" "$1"';
  const keeper = spawn('sh', ['-c', script, REMOVE, directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ground = { id, directory, groups, keeper };
  if (grounds.size === 0) process.on('exit', removeAll);
  grounds.add(ground);
  return ground;
}

/** Ends by pid all that was started on it, and removes mounts, namespaces and directories. */
export async function removeGround(ground: Ground): Promise<void> {
  await command(['sh', REMOVE, ground.directory]);
  forget(ground);
}

/** Removes what killed runs left behind; the directory's name tells by whom it was made. */
export async function removeLeftOvers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const [pid, start] = name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-') : [];
    if (pid === undefined || start === startTime(Number(pid))) continue;
    // Its keeper may be at it in this moment.
    await command(['sh', REMOVE, join(tmpdir(), name)], { check: false });
  }
}

function removeAll(): void {
  for (const ground of grounds) {
    spawnSync('sh', [REMOVE, ground.directory], { stdio: 'ignore' });
    forget(ground);
  }
}

function forget(ground: Ground): void {
  grounds.delete(ground);
  ground.keeper.kill('SIGKILL');
  if (grounds.size === 0) process.off('exit', removeAll);
}

/** In clock ticks since boot (proc_pid_stat(5), field 22): a pid that is used again has another. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Mount points of the hierarchies in which systemd keeps its units: cgroup2, and its own named one where both versions are mounted.
 * Two nodes in the same group would end each other's services.
 */
function groupRoots(): string[] {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').trimEnd().split('\n');
  return mounts.flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [type = '', , options = ''] = after.split(' ');
    const ours = type === 'cgroup2' || (type === 'cgroup' && options.split(',').includes('name=systemd'));
    return ours ? [before.split(' ')[4] ?? ''] : [];
  });
}
