import { chmod, copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { SshSettings } from '../../src/config/types.ts';
import { ConcError } from '../../src/errors/conc-error.ts';
import { type ConnectOptions, connect } from '../../src/gateway/connect.ts';
import type { Session, Target } from '../../src/gateway/types.ts';
import { freePort } from '../support/free-port.ts';
import { keyPair, type Sshd, startSshd } from '../support/sshd.ts';
import { AGENT_CALLS, here, PYTHON } from './backends.ts';

let sshd: Sshd;
let folder: string;
const opened: Session[] = [];

beforeAll(async () => {
  sshd = await startSshd();
  folder = await mkdtemp(join(tmpdir(), 'conc-errors-'));
});
afterEach(async () => {
  for (const session of opened.splice(0)) await session.close();
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true });
});

describe('what ssh says no to', () => {
  test('a host key that is not recorded', async () => {
    const error = await failure(there({ options: ['UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null'] }));
    expect(error).toMatchObject({ code: 'gateway.host-key-unknown', exit: 1 });
    expect(error.hint).toContain('conc trust web1');
    expect(error.evidence.join('\n')).toContain('No ED25519 host key is known for [127.0.0.1]');
  });

  test('a host key that changed', async () => {
    await keyPair(join(folder, 'other'));
    const other = await readFile(join(folder, 'other.pub'), 'utf8');
    await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${sshd.port} ${other}`);
    const error = await failure(there({ options: [`UserKnownHostsFile=${folder}/known_hosts`] }));
    expect(error).toMatchObject({ code: 'gateway.host-key-changed', exit: 1 });
    expect(error.evidence.join('\n')).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED');
  });

  test('options of the node cannot weaken the check of host keys', async () => {
    const options = ['UserKnownHostsFile=/dev/null', 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=no'];
    expect(await failure(there({ options }))).toMatchObject({ code: 'gateway.host-key-unknown' });
  });

  test('a key that is not authorised', async () => {
    await keyPair(join(folder, 'stranger'));
    const error = await failure(there({ key: join(folder, 'stranger') }));
    expect(error).toMatchObject({ code: 'gateway.key-refused', exit: 1 });
    expect(error.evidence.join('\n')).toContain('Permission denied (publickey)');
  });

  test('a key file that others can read', async () => {
    const key = join(folder, 'open');
    await copyFile(join(sshd.folder, 'user'), key);
    await chmod(key, 0o644);
    expect(await failure(there({ key }))).toMatchObject({
      code: 'gateway.key-file',
      exit: 2,
      hint: expect.stringContaining(key),
    });
  });

  test('a port where nothing listens', async () => {
    const port = await freePort();
    const error = await failure(there({ port }));
    expect(error).toMatchObject({ code: 'gateway.connection-refused', exit: 1 });
    expect(error.message).toContain(`127.0.0.1 port ${port}`);
  });

  test('a name that nobody knows', async () => {
    expect(await failure(there({ host: 'no-such-host.invalid' }))).toMatchObject({
      code: 'gateway.name-unknown',
      exit: 1,
    });
  });

  test('a host that does not answer', async () => {
    // A proxy in place of a network that swallows packets.
    const error = await failure(there({ options: [...sshd.ssh.options, 'ProxyCommand=sleep 30'] }), {
      connectTimeout: 1,
    });
    expect(error).toMatchObject({ code: 'gateway.unreachable', exit: 1 });
    expect(error.evidence.join('\n')).toContain('timed out');
  });

  test('an option that ssh does not know', async () => {
    expect(await failure(there({ options: ['NoSuchOption=1'] }))).toMatchObject({
      code: 'gateway.ssh-settings',
      exit: 2,
    });
  });

  test('a host that looks like an option is none', async () => {
    const mark = join(folder, 'mark');
    await failure(there({ host: `-oProxyCommand=touch ${mark}` }));
    await expect(readFile(mark)).rejects.toThrow('ENOENT');
  });
});

describe('what the node lacks', () => {
  test('python3, where the login shell looks', async () => {
    const error = await failure({ ...there(), python: 'python3.nowhere' });
    expect(error).toMatchObject({ code: 'gateway.no-python', exit: 3, message: 'web1 has no python3.nowhere' });
    expect(error.evidence.join('\n')).toContain('not found');
  });

  test('an interpreter that may be run', async () => {
    const file = join(folder, 'not-executable');
    await writeFile(file, '');
    expect(await failure({ ...there(), python: file })).toMatchObject({ code: 'gateway.python-not-run', exit: 3 });
    expect(await failure({ ...here, python: file })).toMatchObject({ code: 'gateway.python-not-run', exit: 3 });
  });

  test('a Python that is new enough', async () => {
    // Real old interpreters are met by the agent's own tests; here one that says so.
    const file = join(folder, 'python "3.6"');
    await writeFile(file, `#!/bin/sh\nprintf '\\0\\001conc\\002!python 3.6.15\\n'\n`, { mode: 0o755 });
    const error = await failure({ ...there(), python: file });
    expect(error).toMatchObject({ code: 'gateway.python-too-old', exit: 3 });
    expect(error.message).toContain('Python 3.6.15');
  });

  test('python, on this machine', async () => {
    expect(await failure({ ...here, python: '/nowhere/python3' })).toMatchObject({
      code: 'gateway.no-python',
      exit: 3,
    });
  });

  test('a shell that runs commands', async () => {
    const chatty = await startSshd({ forceCommand: 'echo This account is currently not available.; exit 1' });
    try {
      const error = await failure({ ...there(), ssh: chatty.ssh });
      expect(error).toMatchObject({ code: 'gateway.no-agent', exit: 1 });
      expect(error.evidence).toContain('This account is currently not available.');
    } finally {
      await chatty.stop();
    }
  });
});

describe('noise', () => {
  test('before the banner is skipped and kept', async () => {
    const chatty = await startSshd({
      forceCommand: 'printf "Welcome!\\nüber \\0\\001conc noise\\n"; eval "$SSH_ORIGINAL_COMMAND"',
    });
    try {
      const session = await open({ ...there(), ssh: chatty.ssh });
      expect(session.noise).toBe('Welcome!\nüber \0\u0001conc noise\n');
      const channel = session.call('echo', 1);
      channel.end();
      expect(await channel.reply).toMatchObject({ request: 1 });
      await session.close();
    } finally {
      await chatty.stop();
    }
  });

  test('without a banner ends with the limit, and is the evidence', async () => {
    const waiting = await startSshd({ forceCommand: 'echo Accept the terms? y/n; read answer' });
    try {
      // The payload's first line is what `read` takes.
      const stuck = await startSshd({ forceCommand: 'echo Accept the terms? y/n; sleep 30' });
      try {
        const error = await failure({ ...there(), ssh: stuck.ssh }, { answerTimeout: 2 });
        expect(error).toMatchObject({ code: 'gateway.no-answer', exit: 1 });
        expect(error.evidence).toContain('Accept the terms? y/n');
      } finally {
        await stuck.stop();
      }
      expect(await failure({ ...there(), ssh: waiting.ssh })).toMatchObject({ code: 'gateway.no-agent' });
    } finally {
      await waiting.stop();
    }
  });

  test('without an end is refused', async () => {
    const file = join(folder, 'endless');
    await writeFile(file, '#!/bin/sh\nexec yes\n', { mode: 0o755 });
    const error = await failure({ ...here, python: file });
    expect(error).toMatchObject({ code: 'gateway.bad-banner', exit: 1 });
  });

  test('among the frames ends the session and shows the bytes', async () => {
    const session = await open(here);
    const channel = session.call('corrupt', null);
    const error: unknown = await channel.reply.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'protocol.bad-frame', exit: 1 });
    expect(error instanceof ConcError && error.evidence).toEqual([
      Buffer.from('Traceback (most recent call last):').toString('hex'),
      'Traceback (most recent call last):',
    ]);
    expect(await session.closed).toMatchObject({ reason: 'lost' });
  });
});

test('connecting can be given up', async () => {
  const controller = new AbortController();
  const stuck = there({ options: [...sshd.ssh.options, 'ProxyCommand=sleep 30'] });
  const attempt = failure(stuck, { signal: controller.signal });
  controller.abort();
  expect(await attempt).toMatchObject({ code: 'gateway.cancelled', exit: 1 });
});

function there(change: Partial<SshSettings> = {}): Extract<Target, { kind: 'ssh' }> {
  return { kind: 'ssh', node: 'web1', python: PYTHON, ssh: { ...sshd.ssh, ...change } };
}

async function open(target: Target): Promise<Session> {
  const session = await connect(target, { moduleFolders: [AGENT_CALLS] });
  opened.push(session);
  return session;
}

async function failure(target: Target, options: ConnectOptions = {}): Promise<ConcError> {
  const result: unknown = await connect(target, options).then(
    async (session) => {
      await session.close();
      return 'a session';
    },
    (error: unknown) => error,
  );
  if (result instanceof ConcError) return result;
  throw new Error(`a ConcError was expected, not ${String(result)}`);
}
