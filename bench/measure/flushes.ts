import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STRACE = '/usr/bin/strace';
const CALLS = 'fsync,fdatasync,syncfs,sync';

/**
 * How often these processes, and whatever they start meanwhile, ask the kernel to put files on the disk. By strace, which slows them: not for
 * timed runs. null: strace isn't here, or may not look.
 */
export async function countFlushes(pids: readonly number[], work: () => Promise<unknown>): Promise<number | null> {
  if (!existsSync(STRACE)) return null;
  const folder = await mkdtemp(join(tmpdir(), 'conc-bench-strace-'));
  try {
    const file = join(folder, 'calls');
    const tracer = await attach(file, pids);
    if (tracer === null) return null;
    try {
      await work();
    } finally {
      await tracer.stop();
    }
    return countCalls(await readFile(file, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls in strace's own output: one that was interrupted by another thread's stands on two lines, the second `resumed`. */
export function countCalls(text: string): number {
  return text.split('\n').filter((line) => /^\d+\s+(fsync|fdatasync|syncfs|sync)\(/.test(line)).length;
}

async function attach(file: string, pids: readonly number[]): Promise<{ stop(): Promise<void> } | null> {
  const options = ['-f', '-o', file, '-e', `trace=${CALLS}`, '-e', 'signal=none'];
  const child = spawn(STRACE, [...options, ...pids.flatMap((pid) => ['-p', String(pid)])], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const attached = new Promise<true>((resolve) => {
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (pids.every((pid) => said.includes(`Process ${pid} attached`))) resolve(true);
    });
  });
  const looks = await Promise.race([attached, ended.then(() => false)]);
  if (!looks) return null;
  return {
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}
