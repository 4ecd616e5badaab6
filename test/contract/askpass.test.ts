import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConcError } from '../../src/errors/conc-error.ts';
import { connect } from '../../src/gateway/connect.ts';
import type { Target } from '../../src/gateway/types.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);
const passphrase = `it's "$HOME" ünlocked`;

let sshd: Sshd;
let target: Target;
/** What is made while this file is tested: elsewhere others are at work. */
let temporary: string;
const before = process.env.TMPDIR;
beforeAll(async () => {
  sshd = await startSshd();
  temporary = await mkdtemp(join(tmpdir(), 'conc-test-'));
  process.env.TMPDIR = temporary;
  await run('ssh-keygen', ['-p', '-q', '-P', '', '-N', passphrase, '-f', join(sshd.folder, 'user')]);
  target = { kind: 'ssh', node: 'web1', python: '/usr/bin/python3', ssh: sshd.ssh };
});
afterAll(async () => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  await rm(temporary, { recursive: true, force: true });
  await sshd.stop();
});

const left = (): Promise<string[]> => readdir(temporary);

describe('a key with a passphrase', () => {
  it('is unlocked by what a person types; nothing of it is in the environment or argv of ssh, and nothing is left', async () => {
    const prompts: string[] = [];
    let seen = '';
    const session = await connect(target, {
      ask: async (prompt) => {
        prompts.push(prompt);
        for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
          for (const file of ['cmdline', 'environ']) {
            seen += await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
          }
        }
        return passphrase;
      },
    });
    await session.close();
    expect(prompts).toEqual([expect.stringContaining('Enter passphrase for key')]);
    expect(seen).toContain('ssh');
    expect(seen).not.toContain(passphrase);
    expect(await left()).toEqual([]);
  });

  it('is not unlocked by a wrong one, nor without an answer: ssh says so, exit 1', async () => {
    for (const typed of ['wrong', undefined]) {
      const refused = connect(target, { ask: () => Promise.resolve(typed) });
      await expect(refused).rejects.toMatchObject({
        exit: 1,
        evidence: expect.arrayContaining([expect.stringContaining('Permission denied')]),
      } satisfies Partial<Record<keyof ConcError, unknown>>);
    }
    expect(await left()).toEqual([]);
  });

  it('is not asked for where nobody is there', async () => {
    await expect(connect(target)).rejects.toMatchObject({ exit: 1, code: expect.stringMatching(/^gateway\./) });
  });
});
