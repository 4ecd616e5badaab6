import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Run } from '../support/conc.ts';
import { sdists } from '../support/sdists.ts';
import { keyPair } from '../support/sshd.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
export const SCRIPT = 'reconstructed_conc.py';
/** The script as it came, to be compared with what runs. */
export const ORIGINAL = join(import.meta.dirname, SCRIPT);

/** Host, name and status of each of its thirteen jobs, as it logs them. */
export const JOBS = [
  ['web1', 'function', 'OK'],
  ['web1', 'function', 'OK'],
  ['localhost', 'function', 'OK'],
  ['localhost', 'function', 'OK'],
  ['localhost', 'function', 'OK'],
  ['web1', 'UnTar', 'OK'],
  ['web1', 'SetupInstall', 'OK'],
  ['web1', 'UnTar', 'OK'],
  ['web1', 'SetupInstall', 'OK'],
  ['web1', 'PipInstall', 'OK'],
  ['localhost', 'function', 'OK'],
  ['web1', 'function', 'OK'],
  ['localhost', 'function', 'OK'],
];

/**
 * A workstation of its own for the article's script: a home with an operator's key, an ssh-agent that holds it, an `/etc/ssh`
 * (bound over the machine's in a mount namespace), and a project with the script and its vendored source distributions. The bytes
 * behind the name SQLAlchemy-0.8.1.tar.gz are another pure one's (vendor.txt).
 */
export interface Stage extends AsyncDisposable {
  /** `near`: the home; `etc`: /etc/ssh; `project`: where conc is run. */
  at(...parts: readonly string[]): string;
  /** The operator's public key. */
  readonly publicKey: string;
  /** `conc` there, without a terminal: what getpass reads is its input. */
  conc(args: readonly string[], input?: string): Promise<Run>;
}

export async function makeStage(): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-article-'));
  const at = (...parts: readonly string[]): string => join(folder, ...parts);
  for (const name of ['near/.ssh', 'etc', 'project/vendor']) await mkdir(at(name), { recursive: true, mode: 0o700 });
  await keyPair(at('near', '.ssh', 'id_rsa-ops'), 'rsa');
  for (const file of await sdists(join(import.meta.dirname, 'vendor.txt'))) {
    const name = basename(file).startsWith('PyQRCode') ? 'SQLAlchemy-0.8.1.tar.gz' : basename(file);
    await copyFile(file, at('project', 'vendor', name));
  }
  await copyFile(ORIGINAL, at('project', SCRIPT));
  await writeFile(at('etc', 'ssh_config'), '');
  const agent = await startAgent(at('agent'), at('near', '.ssh', 'id_rsa-ops'));
  return {
    at,
    publicKey: at('near', '.ssh', 'id_rsa-ops.pub'),
    conc: (args, input = '') => concThere(at, agent.socket, args, input),
    [Symbol.asyncDispose]: async () => {
      agent.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function concThere(at: Stage['at'], socket: string, args: readonly string[], input: string): Promise<Run> {
  const inside = `mount --bind '${at('etc')}' /etc/ssh && exec "$@"`;
  const argv = ['--mount', '--propagation', 'private', 'sh', '-c', inside, 'sh', process.execPath, MAIN, ...args];
  const child = spawn('unshare', argv, {
    cwd: at('project'),
    env: {
      ...{ ...process.env, NO_COLOR: '1', HOME: at('near'), SSH_AUTH_SOCK: socket },
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    },
    // Without a terminal: getpass would ask there.
    detached: true,
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => resolve({ code, ...said }));
    child.stdin.end(input);
  });
}

/** What the script logged of its jobs. */
export const jobsIn = (stderr: string): string[][] =>
  [...stderr.matchAll(/^\d{4}-\S+ \S+ INFO +(\S+) +(\S+) +(.*)$/gm)].map((match) => match.slice(1));

/** An ssh-agent that holds one key: the script names the public file to sshfs. */
async function startAgent(socket: string, key: string): Promise<{ readonly socket: string; stop(): void }> {
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
  await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { socket, stop: () => void child.kill() };
}
