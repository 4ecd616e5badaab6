import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A process that has to do with a root. */
export interface Seen {
  readonly pid: number;
  readonly command: string;
  /** How it was found: `command line`, `environment`, `folder`, or an open file. */
  readonly by: string;
}

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const link = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};

const list = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

const pids = (): number[] =>
  list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

export const commandLine = (pid: number): string => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();

export const children = (pid: number): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);

export const descendants = (pid: number): number[] => children(pid).flatMap((child) => [child, ...descendants(child)]);

export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(read(`/proc/${pid}/status`))?.[1];
  return state !== undefined && state !== 'Z';
}

/** What serves: supervisord of this root, and all that it started. */
export function servers(root: string): Set<number> {
  const conf = join(root, 'supervisor/supervisord.conf');
  const daemons = pids().filter((pid) => commandLine(pid).includes(conf));
  return new Set(daemons.flatMap((pid) => [pid, ...descendants(pid)]));
}

/** Every process that has to do with a root, but for what serves, and for those that are known. */
export function strangers(root: string, known: readonly number[] = []): Seen[] {
  const serving = servers(root);
  const found = pids().flatMap((pid): Seen[] => {
    if (pid === process.pid || serving.has(pid) || known.includes(pid) || !isAlive(pid)) return [];
    const by = reason(pid, root);
    return by === null ? [] : [{ pid, command: commandLine(pid).slice(0, 200), by }];
  });
  return [...found, ...leakedTo(serving, root)];
}

/** What serves must hold nothing of a change: its flock would never be let go. */
const leakedTo = (serving: ReadonlySet<number>, root: string): Seen[] =>
  [...serving].flatMap((pid) => {
    const files = openFiles(pid).filter((file) => file.startsWith(join(root, 'change')));
    return files.map((file) => ({ pid, command: commandLine(pid).slice(0, 200), by: `${file} is open` }));
  });

function reason(pid: number, root: string): string | null {
  if (commandLine(pid).includes(root)) return 'command line';
  if (read(`/proc/${pid}/environ`).includes(root)) return 'environment';
  if (link(`/proc/${pid}/cwd`).startsWith(root)) return 'folder';
  const file = openFiles(pid).find((name) => name.startsWith(`${root}/`));
  return file === undefined ? null : `${file} is open`;
}

const openFiles = (pid: number): string[] => list(`/proc/${pid}/fd`).map((fd) => link(`/proc/${pid}/fd/${fd}`));

/** Who holds the flock of `change/lock`; null: nobody. */
export function holder(root: string): number | null {
  let inode: number;
  try {
    inode = statSync(join(root, 'change/lock')).ino;
  } catch {
    return null;
  }
  const own = pids().filter((pid) => openFiles(pid).includes(join(root, 'change/lock')));
  const locks = read('/proc/locks')
    .split('\n')
    .map((line) => /^\d+: FLOCK +ADVISORY +WRITE +(\d+) [0-9a-f]+:[0-9a-f]+:(\d+) /.exec(line))
    .filter((found) => found !== null && Number(found[2]) === inode)
    .map((found) => Number(found?.[1]));
  return own.find((pid) => locks.includes(pid)) ?? null;
}
