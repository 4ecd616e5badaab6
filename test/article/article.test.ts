import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../support/conc.ts';
import { sdists } from '../support/sdists.ts';
import { keyPair, type Sshd, startSshd } from '../support/sshd.ts';

// The article's script, as it was put together again, unchanged: thirteen jobs on both ends, over a real sshd and sshfs. Two things stand
// in for what can't be had: the bytes behind the name SQLAlchemy-0.8.1.tar.gz are another pure sdist's (vendor.txt), and near and
// far are one machine. They have homes of their own, and the near side a mount namespace, in which /etc/ssh knows the node.

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
const SCRIPT = 'reconstructed_conc.py';
const JOBS = [
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

const root = process.getuid?.() === 0;

describe.runIf(root)('the reconstructed script', () => {
  let folder: string;
  let sshd: Sshd | undefined;
  let agent: { readonly socket: string; stop(): void } | undefined;
  const [near, far, etc, project] = ['near', 'far', 'etc', 'project'] as const;
  const at = (...parts: readonly string[]): string => join(folder, ...parts);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conc-article-'));
    for (const name of [`${near}/.ssh`, `${far}/shop`, etc, `${project}/vendor`])
      await mkdir(at(name), { recursive: true, mode: 0o700 });
    sshd = await startSshd({ home: at(far) });
    await writeFile(at(etc, 'ssh_known_hosts'), await readFile(sshd.knownHosts));
    await keyPair(at(near, '.ssh', 'id_rsa-ops'), 'rsa');
    await writeFile(join(sshd.folder, 'authorized_keys'), await readFile(at(near, '.ssh', 'id_rsa-ops.pub')));
    agent = await startAgent(at('agent'), at(near, '.ssh', 'id_rsa-ops'));
    for (const file of await sdists(join(import.meta.dirname, 'vendor.txt'))) {
      const name = basename(file).startsWith('PyQRCode') ? 'SQLAlchemy-0.8.1.tar.gz' : basename(file);
      await copyFile(file, at(project, 'vendor', name));
    }
    await copyFile(join(import.meta.dirname, SCRIPT), at(project, SCRIPT));
    await writeFile(
      at(project, 'conc.ini'),
      `[DEFAULT]\napp = shop\nbundle = shop-bundle\nadmin = root\nop_key = ops\nroot = ~/shop\n\n[node web1]\nsshd.ip = 127.0.0.1\nsshd.port = ${sshd.port}\n`,
    );
  });
  afterAll(async () => {
    agent?.stop();
    await sshd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** `conc` with a home and an /etc/ssh of its own, and without a terminal: what getpass reads is its input. */
  const conc = (args: readonly string[], input: string): Promise<Run> =>
    new Promise((resolve, reject) => {
      const inside = `mount --bind '${at(etc)}' /etc/ssh && exec "$@"`;
      const argv = ['--mount', '--propagation', 'private', 'sh', '-c', inside, 'sh', process.execPath, MAIN, ...args];
      const child = spawn('unshare', argv, {
        cwd: at(project),
        env: {
          ...process.env,
          NO_COLOR: '1',
          HOME: at(near),
          SSH_AUTH_SOCK: agent?.socket,
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
        },
        detached: true,
      });
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          said[name] += text;
        });
      }
      child.once('error', reject).once('close', (code) => resolve({ code, ...said }));
      child.stdin.end(input);
    });

  it('runs unchanged: thirteen jobs OK, both bundles gone, and the history knows', async () => {
    expect(await readFile(at(project, SCRIPT), 'utf8')).toBe(await readFile(join(import.meta.dirname, SCRIPT), 'utf8'));
    const { code, stderr } = await conc(['run', SCRIPT, 'web1', '{ini}', 'web1'], 'sesame\n');
    const jobs = [...stderr.matchAll(/^\d{4}-\S+ \S+ INFO +(\S+) +(\S+) +(.*)$/gm)].map((match) => match.slice(1));
    if (code !== 0) throw new Error(`exit ${code}\n${stderr}`);
    expect(jobs).toEqual(JOBS);
    for (const side of [near, far]) expect(existsSync(at(side, 'shop-bundle'))).toBe(false);
    const python = at(far, 'shop', 'venv', 'bin', 'python3');
    const { stdout } = await run(python, [
      '-c',
      'import pip, pyqrcode, setuptools; print(pip.__version__, setuptools.__version__)',
    ]);
    expect(stdout).toBe('22.3.1 65.5.0\n');
    const log = await conc(['log', 'web1'], '');
    expect(log.stdout).toMatch(
      / run: exit 0, .* s, by .*\n {4}reconstructed_conc\.py \(sha256 [0-9a-f]{12}\) \{ini\} web1\n$/,
    );
    expect(`${stderr}${log.stdout}${log.stderr}`).not.toContain('sesame');
  });
});

/** An ssh-agent that holds one key: the script names the public file to sshfs. */
async function startAgent(socket: string, key: string): Promise<{ readonly socket: string; stop(): void }> {
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  while (!existsSync(socket)) await new Promise((resolve) => setTimeout(resolve, 10));
  await run('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return { socket, stop: () => void child.kill() };
}
