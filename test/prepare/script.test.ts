import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Answers } from '../../src/prepare/answers.ts';
import { needsOf } from '../../src/prepare/needs.ts';
import { scriptOf } from '../../src/prepare/script.ts';
import type { Wanted } from '../../src/prepare/types.ts';
import { command } from '../nodes/command.ts';
import { wanted } from './wanted.ts';

const made = (more: Partial<Wanted> = {}): string => scriptOf({ ...wanted, ...more }, needsOf({ ...wanted, ...more }));

/** By the machine's own shell: it looks, and changes nothing. */
const looked = async (script: string, cwd?: string): Promise<{ readonly exit: number; readonly answers: Answers }> => {
  const shell = cwd === undefined ? ['sh'] : ['env', '-C', cwd, 'sh'];
  const { exit, stdout } = await command([...shell, '-s', 'check'], { input: script, check: false });
  const answers = new Answers();
  for (const line of stdout.split('\n')) answers.hear(line);
  return { exit, answers };
};

describe('the script that root runs', () => {
  it('can be read, and is this', async () => {
    // With `-u` a change of it is taken over: read what changed.
    await expect(made()).toMatchFileSnapshot('golden/user.sh');
    await expect(made({ manager: 'machine', account: 'shop' })).toMatchFileSnapshot('golden/machine.sh');
  });

  it.each([
    {},
    { manager: 'machine', account: 'shop' },
    { root: '~/shop', key: null, rules: [], program: null },
  ] as const)('is a script of a POSIX shell: %j', async (more) => {
    expect(await command(['sh', '-n'], { input: made(more) })).toEqual({ exit: 0, stdout: '', stderr: '' });
  });

  it('cut off anywhere before its last line runs nothing', async () => {
    const script = made();
    const pieces = Array.from({ length: 40 }, (_, piece) =>
      script.slice(0, Math.floor((script.length - 6) * (piece / 40))),
    );
    for (const piece of pieces) expect((await command(['sh'], { input: piece, check: false })).stdout).toBe('');
  });

  it('runs nothing of what is named in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'conc-prepare-'));
    const evil = `a b'"$(touch ${folder}/x)\`touch ${folder}/y\`; touch ${folder}/z; '`;
    try {
      const { answers } = await looked(
        made({
          root: `/nowhere/${evil}`,
          key: `ssh-ed25519 AAAA ${evil}`,
          notes: [`a note\n\`touch ${folder}/n\``],
          by: evil,
          rules: [{ runAs: 'root', commands: [`/bin/${evil}`], asked: [['/bin/true', evil]] }],
        }),
        folder,
      );
      expect(answers.all.find(({ id }) => id === 'root')?.state).toBe('lacks');
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells what it found by its exit code too', async () => {
    const { exit, answers } = await looked(made({ user: 'nobody-of-this-name' }));
    expect([exit, answers.complete(exit), answers.complete(0), answers.running]).toEqual([1, true, false, null]);
    expect(answers.all.find(({ id }) => id === 'user')).toEqual({
      id: 'user',
      state: 'lacks',
      said: [expect.stringContaining('nobody-of-this-name')],
    });
  });
});

describe('what a machine tells', () => {
  it('is read among other lines, and shows no control characters', () => {
    const told: string[] = [];
    const answers = new Answers(({ id, state, said }) => told.push(`${id} ${state} ${said.join()}`));
    const lines = [
      'Welcome!',
      'system: debian Debian \u001b[2J',
      'uid: 0',
      'user: there',
      'nobody: there',
      'key: perhaps',
    ];
    for (const line of [...lines, 'root: doing', 'root: | no\u0007', 'root: failed']) answers.hear(line);
    expect(answers).toMatchObject({ debian: true, uid: 0, system: 'Debian \ufffd[2J' });
    expect(told).toEqual(['user there ', 'root doing ', 'root failed no\ufffd']);
  });

  it('is not the whole where it was cut off', () => {
    const answers = new Answers();
    expect(answers.complete(0)).toBe(false);
    for (const line of ['system: debian X', 'uid: 0', 'user: there', 'root: doing']) answers.hear(line);
    expect([answers.running, answers.complete(255), answers.complete(null)]).toEqual(['root', false, false]);
  });
});
