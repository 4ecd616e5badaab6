import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SshSettings } from '../../src/config/types.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface SshdOptions {
  /** Runs instead of what is asked for, in the login shell, with the asked-for command in `$SSH_ORIGINAL_COMMAND`. */
  readonly forceCommand?: string;
  /** More lines for sshd_config. */
  readonly config?: readonly string[];
  /** Where the far `~` is, for shells and for sftp; the user's own home if not given. */
  readonly home?: string;
  /** Host key types; ed25519 alone if not given. */
  readonly hostKeys?: readonly ('ed25519' | 'ecdsa' | 'rsa')[];
}

/** An sshd of one's own on a loopback port, which logs in whoever runs the test. */
export interface Sshd {
  readonly port: number;
  readonly pid: number;
  /** Holds `host_TYPE`, `user` (the private key), `authorized_keys` and `known_hosts`. */
  readonly folder: string;
  readonly knownHosts: string;
  /** Settings that log in: the key is authorised and the host key is known. */
  readonly ssh: SshSettings;
  /** Ends sshd with every connection, by pid, and removes the folder. */
  stop(): Promise<void>;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-sshd-'));
  try {
    const types = options.hostKeys ?? ['ed25519'];
    await Promise.all([
      ...types.map((type) => keyPair(join(folder, `host_${type}`), type)),
      keyPair(join(folder, 'user')),
    ]);
    await copyFile(join(folder, 'user.pub'), join(folder, 'authorized_keys'));
    // sshd as root wants its empty directory.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      await writeFile(join(folder, 'sshd_config'), sshdConfig(folder, port, types, options));
      const listening = await listen(folder);
      if (listening.kind === 'listening') return await known(folder, port, types, listening);
      if (attempt === 5 || !listening.words.includes('already in use')) throw new Error(`sshd: ${listening.words}`);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A key pair without passphrase: FILE and FILE.pub. */
export async function keyPair(file: string, type = 'ed25519'): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', 'test', '-f', file]);
}

function sshdConfig(folder: string, port: number, types: readonly string[], options: SshdOptions): string {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...types.map((type) => `HostKey ${folder}/host_${type}`),
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin yes',
    'PrintMotd no',
    `Subsystem sftp internal-sftp${options.home === undefined ? '' : ` -d ${options.home}`}`,
    ...(options.home === undefined ? [] : [`SetEnv HOME=${options.home}`]),
    ...(options.config ?? []),
    ...(options.forceCommand === undefined ? [] : [`ForceCommand ${options.forceCommand}`]),
    '',
  ].join('\n');
}

interface Listening {
  readonly kind: 'listening';
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

async function listen(folder: string): Promise<Listening | { readonly kind: 'failed'; readonly words: string }> {
  const program = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/bin/sshd'].find((path) => existsSync(path));
  if (program === undefined) throw new Error('there is no sshd: install openssh-server');
  const child = spawn(program, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} can't be started`);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let words = '';
  const listening = new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text;
      if (words.includes('Server listening')) resolve();
    });
  });
  await Promise.race([listening, ended]);
  if (child.exitCode !== null) return { kind: 'failed', words };
  return {
    kind: 'listening',
    pid,
    stop: async () => {
      for (const one of [...(await descendants(pid)), pid]) end(one);
      await ended;
    },
  };
}

async function known(folder: string, port: number, types: readonly string[], server: Listening): Promise<Sshd> {
  const knownHosts = join(folder, 'known_hosts');
  const keys = await Promise.all(types.map((type) => readFile(join(folder, `host_${type}.pub`), 'utf8')));
  await writeFile(knownHosts, keys.map((key) => `[127.0.0.1]:${port} ${key}`).join(''));
  const ssh: SshSettings = {
    host: '127.0.0.1',
    port,
    user: userInfo().username,
    key: join(folder, 'user'),
    config: '/dev/null',
    jump: undefined,
    options: [`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=/dev/null'],
  };
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { port, pid: server.pid, folder, knownHosts, ssh, stop };
}

/** The sshd of each connection, and what it runs. */
async function descendants(pid: number): Promise<number[]> {
  const file = `/proc/${pid}/task/${pid}/children`;
  const text = await readFile(file, 'utf8').catch(() => '');
  const children = text.split(' ').filter(Boolean).map(Number);
  return [...(await Promise.all(children.map(descendants))).flat(), ...children];
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // It ended by itself.
  }
}
