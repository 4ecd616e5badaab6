import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { command } from './command.ts';

/** Debian's, with what it needs that a small machine lacks. Unpacked, not installed: nothing starts it but a test. */
const PACKAGES = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblua5.1-0', 'liblzf1', 'lua-bitop', 'lua-cjson'];

export interface Redis {
  /** Of its unix socket. */
  readonly path: string;
  readonly stop: () => Promise<void>;
}

/** A broker of the test's own, which keeps nothing on a disk, and listens on a unix socket in `folder` alone. */
export async function startRedis(folder: string): Promise<Redis> {
  const home = await unpacked();
  const path = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', path, '--save', '', '--dir', folder];
  const server = spawn(join(home, 'usr/bin/redis-server'), options, {
    stdio: 'ignore',
    env: { LD_LIBRARY_PATH: globSync(join(home, 'usr/lib/*-linux-gnu')).join(':') },
  });
  await until(() => answers(path));
  return { path, stop: () => end(server) };
}

async function unpacked(): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'conc-test');
  const home = join(cache, 'redis');
  if (existsSync(home)) return home;
  const aside = join(cache, `redis.${process.pid}`);
  mkdirSync(aside, { recursive: true });
  try {
    await download(aside);
    for (const file of globSync(join(aside, '*.deb'))) await command(['dpkg-deb', '-x', file, aside]);
    if (!existsSync(home)) renameSync(aside, home);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return home;
}

/** A machine may have no lists of packages yet, or old ones. */
async function download(cwd: string): Promise<void> {
  const argv = ['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=300', 'download', ...PACKAGES];
  try {
    await command(argv, { cwd });
  } catch {
    await command(['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-qq', 'update']);
    await command(argv, { cwd });
  }
}

const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const closed = once(server, 'exit');
  server.kill('SIGTERM');
  await closed;
}
