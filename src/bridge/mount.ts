import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { type Ask, openAskpass } from '../gateway/askpass.ts';
import { connectionArguments, strictArguments } from '../gateway/ssh-argv.ts';
import { sshFailure } from '../gateway/ssh-failure.ts';
import type { Target } from '../gateway/types.ts';
import { mountedAt } from './mount-table.ts';

export interface MountOptions {
  readonly target: Extract<Target, { kind: 'ssh' }>;
  /** On the node, absolute. */
  readonly path: string;
  /** Here; made if it is not there. */
  readonly folder: string;
  readonly ask: Ask | undefined;
}

/**
 * Mounts a folder of a node by sshfs, over conc's own ssh. Judged by sshfs's exit code and by the mount table. False: it is
 * mounted there already. A connection that is silent for 45 s ends, and the mount with it.
 */
export async function mountNode(options: MountOptions): Promise<boolean> {
  const { target, path, ask } = options;
  const folder = await prepared(options.folder);
  const source = `${target.ssh.user === undefined ? '' : `${target.ssh.user}@`}${bracketed(target.ssh.host)}:${path}`;
  const there = mountedAt(folder);
  if (there?.source === source) return false;
  if (there !== undefined) throw taken(folder, `${there.source} is mounted there`);
  if ((await readdir(folder)).length > 0) throw taken(folder, 'it is not empty');
  const askpass = ask === undefined ? undefined : await openAskpass(ask);
  const aside = await mkdtemp(join(tmpdir(), 'conc-mount-'));
  try {
    const ssh = join(aside, 'ssh');
    await writeFile(ssh, program(target, ask !== undefined), { mode: 0o700 });
    const argv = [source, folder, '-o', `ssh_command=${ssh},idmap=user`];
    const words = await run('sshfs', argv, { ...process.env, ...askpass?.env }, join(aside, 'words'));
    if (words !== undefined || mountedAt(folder)?.source !== source) throw failed(target, path, words ?? []);
    return true;
  } finally {
    await askpass?.close();
    await rm(aside, { recursive: true, force: true });
  }
}

/** What sshfs runs as ssh: a file, since its own options would have to be quoted for two readers. */
function program(target: MountOptions['target'], prompts: boolean): string {
  const words = [
    ...strictArguments({ prompts, connectTimeout: 15 }),
    ...connectionArguments(target.ssh),
    ...['-o', 'ConnectTimeout=15', '-o', 'ServerAliveInterval=15', '-o', 'ServerAliveCountMax=3'],
  ];
  return `#!/bin/sh\nexec ssh ${words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')} "$@"\n`;
}

/** undefined: it ended with 0, and is in the background now. Else its words. They go to a file: the ssh that stays holds it. */
async function run(
  command: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  file: string,
): Promise<string[] | undefined> {
  const output = await open(file, 'w', 0o600);
  try {
    const child = spawn(command, argv, { env, detached: true, stdio: ['ignore', output.fd, output.fd] });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', (cause) => reject(noSshfs(cause)));
      child.once('exit', resolve);
    });
    if (code === 0) return undefined;
  } finally {
    await output.close();
  }
  return (await readFile(file, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
}

async function prepared(folder: string): Promise<string> {
  try {
    await mkdir(folder, { recursive: true });
    return await realpath(folder);
  } catch (cause) {
    throw taken(folder, cause instanceof Error ? cause.message : String(cause));
  }
}

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

function taken(folder: string, why: string): ConcError {
  return new ConcError({
    code: 'mount.folder',
    message: `${folder} can't be mounted on: ${why}`,
    hint: 'name an empty folder: conc mount NODE FOLDER',
    state: 'nothing was mounted',
    exit: 2,
  });
}

function failed(target: MountOptions['target'], path: string, evidence: readonly string[]): ConcError {
  const login = sshFailure(target, evidence);
  if (login.code !== 'gateway.ssh-failed') return login;
  return new ConcError({
    code: 'mount.failed',
    message: `sshfs could not mount ${path} of ${target.node}`,
    hint: 'does its sshd serve sftp, and may this user read the folder?',
    state: 'nothing was mounted',
    evidence,
    exit: 1,
  });
}

function noSshfs(cause: Error): ConcError {
  return new ConcError({
    code: 'mount.no-sshfs',
    message: `sshfs can't be started: ${cause.message}`,
    hint: 'install it here: apt-get install sshfs',
    state: 'nothing was mounted',
    exit: 2,
    cause,
  });
}
