import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, seconds } from '../../bench/measure/command.ts';
import { countCalls, countFlushes } from '../../bench/measure/flushes.ts';
import { takeTurns } from '../../bench/measure/take-turns.ts';
import type { Row } from '../../bench/types.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-bench-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const row = (
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
  before = async (): Promise<void> => {},
): Row => ({
  title: 'a row',
  unit: 's',
  ours: { name: 'ours', steps: [], take: ours },
  rivals: [{ name: 'theirs', steps: [], take: theirs, before }],
  async [Symbol.asyncDispose]() {},
});
const quiet = (): void => {};

describe('rounds', () => {
  it('run both sides in turn, and every other one turns the order around', async () => {
    const order: string[] = [];
    const did = (what: string) => async (): Promise<number> => order.push(what);
    const made = row(did('A'), did('B'), async () => void order.push('b'));
    const outcome = await takeTurns('row', made, { rounds: 3, flushes: false, tell: quiet });
    expect(order.join('')).toBe('AbBbBAAbB');
    expect(outcome.ours.values).toHaveLength(3);
    expect(outcome.rivals[0]?.values).toHaveLength(3);
  });

  it('measure real programs, from their start to their end', async () => {
    const file = join(folder, 'written');
    const program = (text: string) => (): Promise<number> =>
      seconds(() =>
        command([process.execPath, '-e', `require("node:fs").appendFileSync(${JSON.stringify(file)}, "${text}")`]),
      );
    const outcome = await takeTurns('row', row(program('A'), program('B')), { rounds: 2, flushes: false, tell: quiet });
    expect(await readFile(file, 'utf8')).toBe('ABBA');
    expect([...outcome.ours.values, ...(outcome.rivals[0]?.values ?? [])].every((value) => value > 0)).toBe(true);
  });

  it('end with the words of a program that fails', async () => {
    const failing = (): Promise<number> => seconds(() => command(['sh', '-c', 'echo what went wrong >&2; exit 3']));
    await expect(takeTurns('row', row(failing, failing), { rounds: 1, flushes: false, tell: quiet })).rejects.toThrow(
      'what went wrong',
    );
  });
});

describe('flushes', () => {
  it('are counted in what strace writes, once each', () => {
    const text =
      '12 fsync(3 <unfinished ...>\n13 syncfs(4) = 0\n12 <... fsync resumed>) = 0\n12 write(1, "fsync(3)") = 8\n14 +++ exited with 0 +++\n';
    expect(countCalls(text)).toBe(2);
  });

  it('are those of the programs that are started meanwhile', async () => {
    const text = `import os; f = open(${JSON.stringify(join(folder, 'f'))}, "w"); [os.fsync(f.fileno()) for _ in range(3)]`;
    const counted = await countFlushes([process.pid], () => command(['/usr/bin/python3', '-c', text]));
    // null: no strace here, or it may not look at this process.
    expect([3, null]).toContain(counted);
  });
});
