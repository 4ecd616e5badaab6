import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Reader } from './reader.ts';

it('keeps the folder and the exit code between commands', async () => {
  await using reader = new Reader(mkdtempSync(join(tmpdir(), 'conc-reader-')), process.env);
  await reader.writes('deep/file', 'text\n');
  await reader.types('cd deep');
  expect(await reader.types('cat file; false')).toEqual({ code: 1, text: 'text\n' });
  expect(await reader.types('echo $?')).toEqual({ code: 0, text: '1\n' });
});

it('leaves nothing running and nothing behind, whatever a page did', async () => {
  const place = mkdtempSync(join(tmpdir(), 'conc-reader-'));
  const pids: number[] = [];
  {
    await using reader = new Reader(place, process.env);
    await reader.types('mkdir .hidden; sleep 300 & echo $! > job');
    await reader.types(
      "setsid sh -c 'echo $$ > .hidden/daemon.pid; exec sleep 300' & until [ -s .hidden/daemon.pid ]; do sleep 0.05; done",
    );
    pids.push(...['job', '.hidden/daemon.pid'].map((file) => Number(readFileSync(join(place, file), 'utf8'))));
    expect(pids.filter(runs)).toEqual(pids);
  }
  await expect.poll(() => pids.filter(runs)).toEqual([]);
  expect(existsSync(place)).toBe(false);
});

/** A zombie, which waits for its parent to look, has ended. */
function runs(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
