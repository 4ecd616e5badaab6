import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/gateway/connect.ts';
import type { Session, Target } from '../../src/gateway/types.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { AGENT_CALLS, here, PYTHON } from './backends.ts';

let sshd: Sshd;
let folder: string;
let session: Session | undefined;

beforeAll(async () => {
  sshd = await startSshd();
  folder = await mkdtemp(join(tmpdir(), 'conc-lost-'));
});
afterEach(async () => {
  await session?.close();
  session = undefined;
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true });
});

const targets = (): [string, Target][] => [
  ['ssh', { kind: 'ssh', node: 'web1', python: PYTHON, ssh: sshd.ssh }],
  ['popen', here],
];

describe('a session that is lost in the middle of a call', () => {
  test.each([['ssh'], ['popen']])('over %s rejects the call, and says so on closed', async (kind) => {
    session = await open(kind);
    const channel = session.call('linger', join(folder, `${kind}-killed`));
    await channel[Symbol.asyncIterator]().next();
    process.kill(session.facts.pid, 'SIGKILL');
    await expect(channel.reply).rejects.toMatchObject({ code: 'gateway.lost', exit: 1 });
    expect(await session.closed).toMatchObject({ reason: 'lost' });
    await expect(session.call('echo', null).reply).rejects.toMatchObject({ code: 'gateway.lost' });
  });

  test('lets the agent see that nobody listens, finish, and end', async () => {
    session = await open('ssh');
    const mark = join(folder, 'linger');
    const channel = session.call('linger', mark);
    await channel[Symbol.asyncIterator]().next();
    const { pid } = session.facts;
    // The connection breaks: its sshd on the node goes.
    process.kill(Number(statOf(pid)[1]), 'SIGKILL');
    await expect(channel.reply).rejects.toMatchObject({ code: 'gateway.lost' });
    await until(() => !runs(pid));
    expect(await readFile(mark, 'utf8')).toBe('gone');
  });

  test('is noticed when the far side only falls silent', async () => {
    session = await connect({ ...here, link: { ping: 0.5, lost: 2 } }, { moduleFolders: [AGENT_CALLS] });
    const channel = session.call('linger', join(folder, 'stopped'));
    await channel[Symbol.asyncIterator]().next();
    process.kill(session.facts.pid, 'SIGSTOP');
    try {
      await expect(channel.reply).rejects.toThrow('nothing was heard');
    } finally {
      process.kill(session.facts.pid, 'SIGCONT');
    }
  });

  test('is not mistaken for one that has nothing to say', async () => {
    session = await connect({ ...here, link: { ping: 0.2, lost: 2 } }, { moduleFolders: [AGENT_CALLS] });
    const channel = session.call('halt', 0);
    await channel[Symbol.asyncIterator]().next();
    const before = session.bytes.received;
    // Longer than silence may last, which is longer than a busy machine is silent: the agent answers pings while its call runs.
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(session.bytes.received).toBeGreaterThan(before);
    channel.send({ halt: 'enough' });
    expect(await channel.reply).toEqual({ halt: { halt: 'enough' }, bytes: 0 });
  });
});

describe('a clean end', () => {
  test.each([['ssh'], ['popen']])('over %s leaves no process', async (kind) => {
    session = await open(kind);
    const { pid } = session.facts;
    expect(runs(pid)).toBe(true);
    await session.close();
    await until(() => !runs(pid));
    expect(await session.closed).toEqual({ reason: 'closed', words: [] });
  });

  test('in the middle of a call lets the call end first', async () => {
    session = await open('popen');
    const mark = join(folder, 'goodbye');
    const channel = session.call('linger', mark);
    await channel[Symbol.asyncIterator]().next();
    await session.close();
    expect(await readFile(mark, 'utf8')).toBe('gone');
    await expect(channel.reply).rejects.toMatchObject({ code: 'gateway.lost' });
  });
});

async function open(kind: string): Promise<Session> {
  const target = new Map(targets()).get(kind);
  if (target === undefined) throw new Error(kind);
  return connect(target, { moduleFolders: [AGENT_CALLS] });
}

/** proc(5): behind the name in brackets stand the state and the parent. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** A process that ended and waits to be reaped does not run. */
function runs(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && statOf(pid)[0] !== 'Z';
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
