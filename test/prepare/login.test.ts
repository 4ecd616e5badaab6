import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { NodeSettings, SshSettings } from '../../src/config/types.ts';
import { loginOf } from '../../src/prepare/login.ts';
import { change } from '../support/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'conc-login-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'config');
const key = join(folder, 'id');
writeFileSync(config, `Host web1\n  User ops\n  IdentityFile ${key}\n`);
const without = join(folder, 'without');
writeFileSync(without, 'Host *\n  User ops\n  IdentityFile none\n');
writeFileSync(`${key}.pub`, 'ssh-ed25519 AAAAC3Nz ops@desk\n');
writeFileSync(join(folder, 'other.pub'), 'ecdsa-sha2-nistp256 BBBB\n');
writeFileSync(
  join(folder, 'private'),
  '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n',
);
writeFileSync(join(folder, 'two.pub'), 'ssh-ed25519 AAAA a\nssh-ed25519 AAAA b\n');

const ssh: SshSettings = {
  ...{ host: 'web1', port: undefined, user: undefined, key: undefined },
  config,
  jump: undefined,
  options: [],
};
const node = (more: Partial<SshSettings> = {}): NodeSettings => ({
  ...change().settings,
  gateway: 'ssh',
  ssh: { ...ssh, ...more },
});

it('who deploys is whom ssh would log in as, by the key that ssh would take', async () => {
  expect(await loginOf(node(), null)).toEqual({ user: 'ops', key: 'ssh-ed25519 AAAAC3Nz ops@desk' });
  expect(await loginOf(node({ user: 'deploy', key: join(folder, 'other.pub') }), null)).toEqual({
    user: 'deploy',
    key: 'ecdsa-sha2-nistp256 BBBB',
  });
  // What isn't there is passed over, as ssh does.
  expect((await loginOf(node({ key: join(folder, 'gone') }), null)).key).toBe('ssh-ed25519 AAAAC3Nz ops@desk');
  expect((await loginOf(node({ config: without }), null)).key).toBe(null);
});

it('a key that a person names wins, and has to be a public one', async () => {
  expect((await loginOf(node(), join(folder, 'other.pub'))).key).toBe('ecdsa-sha2-nistp256 BBBB');
  for (const name of ['private', 'two.pub', 'nothing']) {
    await expect(loginOf(node(), join(folder, name))).rejects.toMatchObject({ code: 'prepare.no-public-key', exit: 2 });
  }
});

it('a name that no account can have is refused', async () => {
  await expect(loginOf(node({ user: '1a' }), null)).rejects.toMatchObject({ code: 'prepare.user-name', exit: 2 });
});
