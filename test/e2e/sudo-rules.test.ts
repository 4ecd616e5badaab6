import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeSettings } from '../../src/config/types.ts';
import { withNode } from '../../src/deploy/open.ts';
import { SudoPasswords } from '../../src/deploy/sudo.ts';
import { ConcError } from '../../src/errors/conc-error.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Suite } from '../nodes/root-file-system.ts';
import { answerAtOnce, setSudoers, settingsFor } from './sudoers.ts';

const RESTART = '/usr/bin/systemctl restart cron.service';
const password = `${randomBytes(9).toString('base64url')} "q' é`;

interface Agreed {
  /** The password that was right; null: none was needed. Or the code of what was said instead. */
  readonly came: string | null;
  readonly message: string;
  readonly prompts: readonly string[];
}

describe.each<Suite>(['bookworm', 'trixie'])('sudo on %s', (suite) => {
  let node: TestNode;
  let settings: NodeSettings;

  beforeAll(async () => {
    node = await startNode({ suite, name: suite, sudo: password });
    await answerAtOnce(node);
    settings = await settingsFor(node, 'web1');
  });
  afterAll(() => node.stop());

  /** What comes of needing sudo for these commands (none: anything), by a person who types this. */
  async function agree(commands: readonly string[], typed: readonly string[] = []): Promise<Agreed> {
    const prompts: string[] = [];
    const passwords = new SudoPasswords(() => ({
      name: 'the test',
      asksAgain: true,
      read: async (prompt) => {
        const text = typed[prompts.length];
        prompts.push(prompt);
        return text === undefined ? undefined : new Secret(text);
      },
    }));
    try {
      const secret = await withNode(settings, {}, (open) => passwords.for(open, 'remote', commands));
      return { came: secret === null ? null : secret.reveal(), message: '', prompts };
    } catch (error) {
      if (!(error instanceof ConcError)) throw error;
      expect(error).toMatchObject({ exit: 3, state: 'nothing was changed' });
      return { came: error.code, message: error.message, prompts };
    }
  }

  it('asks for the password by user and node, and takes the right one', async () => {
    await setSudoers(node, 'deploy ALL=(ALL:ALL) ALL');
    expect(await agree([], [password])).toEqual({
      came: password,
      message: '',
      prompts: ['sudo password of deploy on web1:'],
    });
  });

  it('asks once for a user on a node, and tries what was right there on the next', async () => {
    const prompts: string[] = [];
    const passwords = new SudoPasswords(() => ({
      name: 'the test',
      asksAgain: true,
      read: async (prompt) => {
        prompts.push(prompt);
        return new Secret(password);
      },
    }));
    const next = await settingsFor(node, 'web2');
    for (const where of [settings, settings, next]) {
      const secret = await withNode(where, {}, (open) => passwords.for(open, 'remote', []));
      expect(secret?.reveal()).toBe(password);
    }
    expect(prompts).toEqual(['sudo password of deploy on web1:']);
  });

  it('asks again twice after a wrong one', async () => {
    expect(await agree([], ['wrong', password])).toMatchObject({
      came: password,
      prompts: ['sudo password of deploy on web1:', 'That was wrong. sudo password of deploy on web1:'],
    });
    const { came, message, prompts } = await agree([RESTART], ['wrong', '', 'worse', password]);
    expect([came, prompts.length]).toEqual(['sudo.wrong-password', 3]);
    expect(message).toBe('sudo on web1 did not take the password of deploy, 3 times');
  });

  it('asks for none where the commands, or all of them, are free of it', async () => {
    await setSudoers(node, 'deploy ALL=(ALL:ALL) NOPASSWD: ALL');
    expect(await agree([])).toMatchObject({ came: null, prompts: [] });
    await setSudoers(node, `deploy ALL=(ALL) ALL\ndeploy ALL=(root) NOPASSWD: ${RESTART}, PASSWD: /usr/bin/id`);
    expect(await agree([RESTART])).toMatchObject({ came: null, prompts: [] });
    expect(await agree([RESTART, '/usr/bin/id'], [password])).toMatchObject({ came: password });
    expect(await agree([], [password])).toMatchObject({ came: password });
    await setSudoers(node, `deploy ALL=(root) NOPASSWD: ${RESTART}\ndeploy ALL=(ALL) ALL`);
    expect(await agree([RESTART], [password])).toMatchObject({ came: password });
  });

  it('knows where Defaults say that nobody is asked', async () => {
    await setSudoers(node, `Defaults:deploy !authenticate\ndeploy ALL=(root) ${RESTART}`);
    expect(await agree([RESTART])).toMatchObject({ came: null, prompts: [] });
  });

  it('says which command the rules do not allow, before anything is begun', async () => {
    await setSudoers(node, `deploy ALL=(root) ${RESTART}`);
    expect(await agree([RESTART, '/usr/bin/id'], [password])).toMatchObject({
      came: 'sudo.command-not-allowed',
      message: 'a job needs `sudo /usr/bin/id`, and no rule of sudo lets deploy run it',
    });
    expect(await agree([RESTART, '/srv/not/there/yet'], [password])).toMatchObject({ came: password });
  });

  it('says that the user has no rule at all, without asking for a password', async () => {
    await setSudoers(node, '# none');
    expect(await agree([])).toMatchObject({
      came: 'sudo.not-allowed',
      message: `sudo has no rule for deploy on ${suite}`,
      prompts: [],
    });
  });

  it('says that sudo wants a terminal (requiretty), and works with use_pty and another secure_path', async () => {
    await setSudoers(node, `Defaults requiretty\ndeploy ALL=(root) ${RESTART}`);
    expect(await agree([RESTART])).toMatchObject({
      came: 'sudo.requires-tty',
      message: expect.stringContaining('Defaults requiretty'),
      prompts: [],
    });
    await setSudoers(node, `Defaults use_pty, secure_path=/nowhere\ndeploy ALL=(root) ${RESTART}`);
    expect(await agree([RESTART], [password])).toMatchObject({ came: password });
  });

  it('says that the password is locked', async () => {
    await setSudoers(node, `deploy ALL=(root) ${RESTART}`);
    await node.exec(['passwd', '-q', '-l', node.user]);
    try {
      expect(await agree([RESTART])).toMatchObject({
        came: 'sudo.locked',
        message: 'sudo asks for the password of deploy, and that is locked: none can be right',
        prompts: [],
      });
    } finally {
      await node.exec(['passwd', '-q', '-u', node.user]);
    }
  });

  // Debian has it from trixie on.
  it.each(suite === 'trixie' ? ['sudo-rs'] : [])('does the same with %s', async () => {
    await node.exec(['chmod', '0', '/usr/bin/sudo']);
    await setSudoers(node, `deploy ALL=(root) ${RESTART}`);
    expect(await agree([RESTART], ['wrong', password])).toMatchObject({ came: password });
    expect(await agree(['/usr/bin/id'], [password])).toMatchObject({ came: 'sudo.command-not-allowed' });
    await setSudoers(node, `deploy ALL=(root) NOPASSWD: ${RESTART}, PASSWD: /usr/bin/id`);
    expect(await agree([RESTART])).toMatchObject({ came: null, prompts: [] });
    await setSudoers(node, '# none');
    expect(await agree([])).toMatchObject({ came: 'sudo.not-allowed', prompts: [] });
    await node.exec(['mv', '/usr/bin/sudo-rs', '/usr/bin/not-sudo-rs']);
  });

  it('says that there is no sudo', async () => {
    await node.exec(['chmod', '0', '/usr/bin/sudo']);
    expect(await agree([])).toMatchObject({ came: 'sudo.not-installed', prompts: [] });
  });
});
