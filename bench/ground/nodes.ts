import { copyFile, link, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { startSshd } from '../../test/support/sshd.ts';
import type { Workload } from '../workload/workload.ts';
import type { Ground, Place } from './ground.ts';

/** Nodes as programs meet them: names in ssh's configuration, each with roots of its own. One sshd on loopback answers for all. */
export interface Nodes extends AsyncDisposable {
  readonly names: readonly string[];
  /** ssh_config(5): the way in, and strict host keys. */
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly key: string;
  /** Of sshd: what runs on nodes descends from it. */
  readonly pid: number;
  /** The far `~`: uv, its warm cache, the vendors' wheels. */
  readonly home: string;
  /** Where the roots of one kind lie: `conc/`, `peers/`. */
  readonly roots: string;
}

export interface NodesOptions {
  readonly place: Place;
  readonly count: number;
  /** More of ssh_config(5), for every node. */
  readonly ssh?: readonly string[];
}

export async function startNodes(ground: Ground, { place, count, ssh = [] }: NodesOptions): Promise<Nodes> {
  const folder = join(ground.places[place], `nodes-${process.hrtime.bigint()}`);
  const home = join(folder, 'home');
  await mkdir(home, { recursive: true });
  const sshd = await startSshd({ home, config: ['MaxStartups 500', 'MaxSessions 500'] });
  const names = Array.from({ length: count }, (_, at) => `bench-${String(at + 1).padStart(3, '0')}`);
  const sshConfig = join(folder, 'ssh_config');
  await writeFile(
    sshConfig,
    [
      'Host bench-*',
      ...[`HostName 127.0.0.1`, `Port ${sshd.port}`, `User ${userInfo().username}`],
      ...[`IdentityFile ${join(sshd.folder, 'user')}`, 'IdentitiesOnly yes'],
      ...[`UserKnownHostsFile ${sshd.knownHosts}`, 'StrictHostKeyChecking yes', ...ssh],
      '',
    ].join('\n  '),
  );
  return {
    ...{ names, sshConfig, knownHosts: sshd.knownHosts, key: join(sshd.folder, 'user'), pid: sshd.pid, home },
    roots: folder,
    [Symbol.asyncDispose]: () => sshd.stop(),
  };
}

/** What deploys by uv have on a node from earlier ones: uv itself, and the vendors' wheels. Its cache gets warm by the first deploy. */
export async function stockHome({ home }: Nodes, { wheels }: Workload, uv: string): Promise<void> {
  await mkdir(join(home, '.local/bin'), { recursive: true });
  await symlink(uv, join(home, '.local/bin/uv'));
  await mkdir(join(home, 'wheels'));
  for (const name of await readdir(wheels)) {
    const [from, to] = [join(wheels, name), join(home, 'wheels', name)];
    await link(from, to).catch(() => copyFile(from, to));
  }
}
