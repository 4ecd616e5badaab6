import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Access, makeAccess } from './access.ts';
import { boot, consoleTail, cutPower, inside } from './boot.ts';
import { type CommandOptions, type CommandResult, command } from './command.ts';
import { type Ground, makeGround, removeGround, removeLeftOvers } from './ground.ts';
import { makeNetwork, type Network, networkOf } from './network.ts';
import { ensurePackages } from './packages.ts';
import { type Init, rootFileSystem, type Suite, USER } from './root-file-system.ts';

const FETCH = fileURLToPath(new URL('fetch.py', import.meta.url));

export interface NodeOptions {
  readonly suite: Suite;
  /** Its hostname, and its name in the ssh_config: letters, digits, `-`. */
  readonly name: string;
  /** The user's password, with which sudo works. Without it: neither. */
  readonly sudo?: string;
  /** Default: systemd. */
  readonly init?: Init;
  /** Debian packages beside those that every node has: it stands on a root file system of its own then. */
  readonly packages?: readonly string[];
}

export interface Page {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ExecOptions extends CommandOptions {
  /** `root` (the default): entered from outside. `user`: over ssh, as a person would. */
  readonly as?: 'root' | 'user';
}

/** A booted Debian with systemd, sshd, cron and nginx, reached over ssh by an ordinary user, without a way out. */
export interface TestNode extends Access, AsyncDisposable {
  /** For conc.ini: `sshd.config`, `sshd.host`, `sshd.port`, `admin`. */
  readonly sshConfig: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly suite: Suite;
  /** The namespaces: run a client that is to see the node's own loopback under `nsenter --net=/run/netns/<node>`. */
  readonly network: Network;
  /** Runs a program on the node. Throws where it does not end with 0, unless `check: false`. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<CommandResult>;
  /** GET http://127.0.0.1:PORT/PATH, asked on the node's own loopback. */
  fetch(path: string, port?: number): Promise<Page>;
  /** At once, as when the plug is pulled. Files stay (all of them: the page cache is not lost). */
  powerOff(): Promise<void>;
  powerOn(): Promise<void>;
  /** powerOff, powerOn. */
  restart(): Promise<void>;
  /** The last lines of the console. */
  console(): string;
  /** Ends and removes all that belongs to the node. May be called again. */
  stop(): Promise<void>;
}

/** Clones a root file system and boots it: about 1 s where the root file system is in the cache. */
export async function startNode(options: NodeOptions): Promise<TestNode> {
  await ensurePackages();
  await removeLeftOvers();
  const lower = await rootFileSystem(options.suite, options);
  const ground = makeGround();
  try {
    const network = networkOf(ground.id);
    await makeNetwork(network);
    await mountClone(ground, lower);
    const access = await makeAccess(ground.directory, options.name, network.near);
    await personalise(ground, options, access);
    return await power(ground, network, access, options);
  } catch (error) {
    await removeGround(ground);
    throw error;
  }
}

/** `<ground>/root`: the shared tree below, a tmpfs above. `<ground>/disk`: that tmpfs, which also holds /home and /srv. */
async function mountClone(ground: Ground, lower: string): Promise<void> {
  const [disk, root] = [join(ground.directory, 'disk'), join(ground.directory, 'root')];
  for (const directory of [disk, root]) mkdirSync(directory);
  await command(['mount', '-t', 'tmpfs', '-o', 'mode=755,size=4g', ground.id, disk]);
  for (const name of ['upper', 'work', 'srv']) mkdirSync(join(disk, name), { mode: 0o755 });
  const layers = `lowerdir=${lower},upperdir=${disk}/upper,workdir=${disk}/work`;
  await command(['mount', '-t', 'overlay', '-o', layers, ground.id, root]);
  await command(['cp', '-a', join(lower, 'home'), disk]);
}

/** What makes the clone a machine of its own: names, keys, the user's password. */
async function personalise(ground: Ground, options: NodeOptions, access: Access): Promise<void> {
  const [root, home] = [join(ground.directory, 'root'), join(ground.directory, 'disk', 'home', USER)];
  writeFileSync(join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`);
  writeFileSync(join(root, 'etc/hostname'), `${options.name}\n`);
  writeFileSync(join(root, 'etc/hosts'), `127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ${options.name}\n`);
  await command(['install', '-m', '600', access.hostKeyFile, join(root, 'etc/ssh/ssh_host_ed25519_key')]);
  appendFileSync(join(root, 'etc/ssh/sshd_config.d/host-key.conf'), 'HostKey /etc/ssh/ssh_host_ed25519_key\n');
  const chroot = ['chroot', root];
  const id = async (flag: string) => (await command([...chroot, 'id', flag, USER])).stdout.trim();
  const owner = ['-o', await id('-u'), '-g', await id('-g')];
  await command(['install', '-d', '-m', '700', ...owner, join(home, '.ssh')]);
  await command(['install', '-m', '600', ...owner, `${access.key}.pub`, join(home, '.ssh', 'authorized_keys')]);
  if (options.sudo === undefined) return;
  await command([...chroot, 'usermod', '--append', '--groups', 'sudo', USER]);
  await command([...chroot, 'chpasswd'], { input: `${USER}:${options.sudo}\n` });
}

/** Boots it, and gives the handle. */
async function power(ground: Ground, network: Network, access: Access, options: NodeOptions): Promise<TestNode> {
  const { name, suite } = options;
  const ssh = ['ssh', '-F', access.sshConfig, '-o', 'BatchMode=yes', name, '--'];
  const start = async () => {
    const machine = await boot(ground, network, name, options.init);
    const { exit, stderr } = await command([...ssh, 'true'], { check: false });
    if (exit === 0) return machine;
    await cutPower(machine);
    throw new Error(`${name} booted, but does not answer over ssh\n${stderr}${consoleTail(ground)}`);
  };
  let machine = await start();
  const powerOff = () => cutPower(machine);
  const powerOn = async () => {
    await powerOff();
    machine = await start();
  };
  const stop = async () => {
    await removeGround(ground);
    await machine.ended;
  };
  return {
    ...access,
    host: name,
    port: 22,
    user: USER,
    suite,
    network,
    exec: (argv, { as = 'root', ...rest } = {}) =>
      command(as === 'root' ? [...inside(machine), ...argv] : [...ssh, argv.map(quote).join(' ')], rest),
    fetch: (path, port = 80) => fetchPage(network, `http://127.0.0.1:${port}${path}`),
    powerOff,
    powerOn,
    restart: powerOn,
    console: () => consoleTail(ground),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

async function fetchPage(network: Network, url: string): Promise<Page> {
  const argv = ['nsenter', `--net=/run/netns/${network.node}`, '/usr/bin/python3', '-I', FETCH, url];
  const page: Page = JSON.parse((await command(argv)).stdout);
  return page;
}

/** For a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
