import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project } from './project.ts';

/** Units of a user's own manager on a booted machine, all of which can be looked through. */
const port = 8765;
const canary = `canary${randomBytes(9).toString('hex')}`;

let vault: Project;
let node: TestNode;

beforeAll(async () => {
  [vault, node] = await Promise.all([
    makeProject('test/e2e/vault'),
    startNode({ suite: 'bookworm', name: 'bookworm' }),
  ]);
  await node.exec(['systemd-run', '--wait', '--quiet', 'loginctl', 'enable-linger', node.user]);
  await vault.configure((ini) =>
    onMachines(ini, port, [node]).replace(
      'service = supervisord',
      'service = systemd\nprocess.web.env = VAULT_QUIET=yes',
    ),
  );
  await vault.must('check', 'bookworm', '--record');
  await vault.must('lock');
  await vault.must('build');
});
afterAll(async () => {
  await node.stop();
  await vault[Symbol.asyncDispose]();
});

const set = async (value: string): Promise<string> => {
  const run = await vault.conc(['env', 'set', 'bookworm', 'VAULT_TOKEN', '--stdin', '--verbose'], { input: value });
  expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining(canary)]);
  return run.stderr;
};
const token = async (): Promise<string> => JSON.parse((await node.fetch('/', port)).body).token;

/** Everywhere on the machine, as root sees it. */
async function found(): Promise<string[]> {
  const script = await readFile(fileURLToPath(new URL('search.py', import.meta.url)), 'utf8');
  const folders = ['/home', '/tmp', '/var', '/run', '/etc', '/root', '/dev/shm'];
  const { stdout } = await node.exec(['python3', '-I', '-c', script, '0', ...folders], { input: canary });
  return stdout.split('\n').filter((line) => line !== '');
}

describe("an application's secrets under systemd", () => {
  it('reach the units of a user’s own manager', async () => {
    await set(`${canary}1`);
    await vault.must('deploy', 'bookworm');
    const first = await token();
    expect(first).toMatch(/^[0-9a-f]{8}$/);
    expect(await set(`${canary}2`)).toContain('bookworm serves r2-');
    const second = await token();
    expect(second).not.toBe(first);
    await vault.must('rollback', 'bookworm');
    expect(await token()).toBe(first);
    await vault.must('deploy', 'bookworm');
    expect(await token()).toBe(second);
  });

  it('are nowhere else on the machine: no file, no log, no journal, no process', async () => {
    const { stdout: pid } = await node.exec(
      ['systemctl', '--user', 'show', '-P', 'MainPID', `conc-home-${node.user}-shop-web@1`],
      { as: 'user' },
    );
    const generations = [1, 2].map((number) => `/home/deploy/shop/env/${number}.json`);
    expect((await found()).sort()).toEqual([...generations, `/proc/${pid.trim()}/environ`].sort());
    const journal = (await node.exec(['journalctl', '-o', 'export', '--no-pager'])).stdout;
    expect([journal.includes('Accepted publickey for deploy'), journal.includes(canary)]).toEqual([true, false]);
  });

  it('are there after a reboot', async () => {
    const before = await token();
    await node.restart();
    await expect.poll(() => token().catch(() => ''), { timeout: 60_000, interval: 500 }).toBe(before);
  });
});
