import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { mountedAt } from './mount-table.ts';

/** Milliseconds for fusermount, and for a mount to answer. */
const LIMIT = 3000;

export type Unmounted =
  | { readonly how: 'not-mounted' }
  | { readonly how: 'unmounted' }
  /** The link is cut: it is out of the way at once, and gone when nobody holds it. `ended`: the sshfs that carried it. */
  | { readonly how: 'lazily'; readonly why: string; readonly ended: readonly number[] };

/**
 * Takes a mount away, and asks nothing of the node. One that is in use stays, and is an error; but where it does not even
 * answer, it is unmounted lazily. Judged by exit code and mount table.
 */
export async function unmountNode(folder: string): Promise<Unmounted> {
  const point = await pointOf(folder);
  const mount = mountedAt(point);
  if (mount === undefined) return { how: 'not-mounted' };
  if (mount.type !== 'fuse.sshfs') throw refused(point, `${mount.source} is mounted there, not by sshfs`);
  const words = await fusermount(['-u', point]);
  if (mountedAt(point) === undefined) return { how: 'unmounted' };
  if (await answers(point)) throw refused(point, words);
  const more = await fusermount(['-u', '-z', point]);
  if (mountedAt(point) !== undefined) throw refused(point, more);
  return { how: 'lazily', why: words, ended: endCarriers(point) };
}

/** The real path. Of a dead mount nothing can be asked: its parent is, and the name is taken as it stands. */
async function pointOf(folder: string): Promise<string> {
  const parent = await realpath(dirname(folder)).catch(() => dirname(folder));
  return join(parent, folder.slice(dirname(folder).length).replace(/^\/+/, ''));
}

/** fusermount's words, one line. */
async function fusermount(argv: readonly string[]): Promise<string> {
  for (const command of ['fusermount3', 'fusermount']) {
    const ending = await within(LIMIT, command, argv);
    if (ending === 'late') return `${command} did not end within ${LIMIT / 1000} s`;
    if (ending !== 'missing') return ending.words.trim().replaceAll('\n', '; ');
  }
  return 'there is no fusermount';
}

/** Does the far side still answer? statfs(2) is asked of it each time, nothing of it is kept here. */
async function answers(point: string): Promise<boolean> {
  const ending = await within(LIMIT, 'stat', ['--file-system', point]);
  return typeof ending === 'object' && ending.code === 0;
}

/**
 * What a program came to. One that waits for a dead mount can't even be killed before the mount is gone: it is not waited for,
 * and ends then.
 */
function within(
  limit: number,
  command: string,
  argv: readonly string[],
): Promise<{ readonly code: number | null; readonly words: string } | 'late' | 'missing'> {
  const child = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      child.stderr.destroy();
      resolve('late');
    }, limit);
    child.once('error', () => {
      clearTimeout(timer);
      resolve('missing');
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, words });
    });
  });
}

/** Ends the sshfs that mounted here, by pid: it would wait for a dead connection, and what waits for it with it. */
function endCarriers(point: string): number[] {
  const carriers = readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && isCarrier(pid, point));
  for (const pid of carriers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
  return carriers;
}

function isCarrier(pid: number, point: string): boolean {
  try {
    const [command = '', , folder] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(^|\/)sshfs$/.test(command) && folder === point;
  } catch {
    return false;
  }
}

function refused(point: string, why: string): ConcError {
  return new ConcError({
    code: 'unmount.failed',
    message: `${point} can't be unmounted: ${why}`,
    hint: 'leave the folder in every shell and editor, then again',
    state: 'it is still mounted',
    exit: 1,
  });
}
