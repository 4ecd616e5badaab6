import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/gateway/connect.ts';
import { parseEffective } from '../../src/gateway/host-keys/effective.ts';
import { conc, type Run } from '../support/conc.ts';
import { freePort } from '../support/free-port.ts';
import { keyPair, type Sshd, startSshd } from '../support/sshd.ts';
import { PYTHON } from './backends.ts';

const run = promisify(execFile);

let sshd: Sshd;
let folder: string;
let recorded: string;

beforeEach(async () => {
  sshd = await startSshd({ hostKeys: ['ed25519', 'ecdsa'] });
  folder = await mkdtemp(join(tmpdir(), 'conc-trust-test-'));
  recorded = join(folder, 'deep', 'known_hosts');
  await configure(sshd.port);
});
afterEach(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true });
});

describe('conc trust', () => {
  test('shows every key, records them after --yes, and then ssh gets through', async () => {
    const { code, stdout } = await trust('--yes');
    expect(code).toBe(0);
    expect(stdout).toContain(`ssh-ed25519          ${await fingerprint('ed25519')}  not recorded`);
    expect(stdout).toContain(`ecdsa-sha2-nistp256  ${await fingerprint('ecdsa')}  not recorded`);
    expect(stdout).toContain(`recorded in ${recorded}`);
    const ssh = { ...sshd.ssh, options: [`UserKnownHostsFile=${recorded}`, 'GlobalKnownHostsFile=/dev/null'] };
    const session = await connect({ kind: 'ssh', node: 'web1', python: PYTHON, ssh });
    await session.close();
    expect(await trust()).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to record') });
    expect((await readFile(recorded, 'utf8')).trim().split('\n')).toHaveLength(2);
  });

  test('records nothing when nobody said yes', async () => {
    const { code, stdout, stderr } = await trust();
    expect(code).toBe(2);
    expect(stdout).toContain(await fingerprint('ed25519'));
    expect(stderr).toContain('nobody said yes');
    await expect(readFile(recorded)).rejects.toThrow('ENOENT');
  });

  test('asks on a terminal, and takes only a yes', async () => {
    expect(await onTerminal('no\n')).toContain('nobody said yes');
    await expect(readFile(recorded)).rejects.toThrow('ENOENT');
    expect(await onTerminal('yes\n')).toContain('recorded in');
    expect(await readFile(recorded, 'utf8')).toContain(`[127.0.0.1]:${sshd.port} ssh-ed25519 `);
  });

  test('compares with a fingerprint', async () => {
    expect(await trust('--fingerprint', await fingerprint('ecdsa'))).toMatchObject({ code: 0 });
    await rm(recorded);
    const other = await trust('--fingerprint', 'SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', '--json');
    expect(other.code).toBe(1);
    expect(JSON.parse(other.stdout)).toMatchObject({ error: { code: 'trust.other-key' } });
    await expect(readFile(recorded)).rejects.toThrow('ENOENT');
  });

  test('replaces a changed key only for its fingerprint, and leaves other hosts alone', async () => {
    await trust('--yes');
    await appendFile(recorded, 'other.example.org ssh-ed25519 AAAA');
    await rm(join(sshd.folder, 'host_ed25519'));
    await keyPair(join(sshd.folder, 'host_ed25519'));
    // sshd reads its keys anew.
    process.kill(sshd.pid, 'SIGHUP');
    const fresh = await fingerprint('ed25519');
    await until(async () => (await trust()).stdout.includes(fresh));
    const refused = await trust('--yes', '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: { code: 'trust.changed', state: 'nothing was changed' },
    });
    const replaced = await trust('--fingerprint', fresh, '--json');
    expect(replaced.code).toBe(0);
    expect(JSON.parse(replaced.stdout)).toEqual({
      node: 'web1',
      host: '127.0.0.1',
      port: sshd.port,
      file: recorded,
      keys: [
        { type: 'ssh-ed25519', fingerprint: fresh, state: 'changed' },
        { type: 'ecdsa-sha2-nistp256', fingerprint: await fingerprint('ecdsa'), state: 'same' },
      ],
      recorded: true,
    });
    const lines = (await readFile(recorded, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines).toContain('other.example.org ssh-ed25519 AAAA');
    expect(await trust()).toMatchObject({ code: 0 });
  });

  test('records hashed names where ssh is set to', async () => {
    await configure(sshd.port, 'HashKnownHosts=yes');
    expect(await trust('--yes')).toMatchObject({ code: 0 });
    const text = await readFile(recorded, 'utf8');
    expect(text).toMatch(/^\|1\|/);
    expect(text).not.toContain('127.0.0.1');
    expect(await trust()).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to record') });
  });

  test('goes by way of a jump host, as ssh itself would', async () => {
    const jump = await startSshd();
    try {
      const config = [
        'Host bastion',
        `  HostName 127.0.0.1`,
        `  Port ${jump.port}`,
        `  IdentityFile ${jump.folder}/user`,
        `  UserKnownHostsFile ${jump.knownHosts}`,
        'Host inner',
        `  HostName 127.0.0.1`,
        `  Port ${sshd.port}`,
        '  HostKeyAlias inner.example.org',
        `  UserKnownHostsFile ${recorded}`,
        '',
      ].join('\n');
      await writeFile(join(folder, 'ssh_config'), config);
      await writeFile(
        join(folder, 'conc.ini'),
        '[node web1]\napp = shop\nroot = /srv/shop\nsshd.host = inner\nsshd.jump = bastion\nsshd.config = ./ssh_config\n' +
          'sshd.options = GlobalKnownHostsFile=/dev/null\n',
      );
      const { code, stdout } = await trust('--yes');
      expect(stdout).toContain('web1 is inner.example.org to ssh');
      expect(code).toBe(0);
      expect(await readFile(recorded, 'utf8')).toContain('inner.example.org ssh-ed25519 ');
    } finally {
      await jump.stop();
    }
  });

  test('a host that is not there, and a node that is no host', async () => {
    await configure(await freePort());
    const away = await trust('--yes', '--json');
    expect(away.code).toBe(1);
    expect(JSON.parse(away.stdout)).toMatchObject({ error: { code: 'gateway.connection-refused' } });
    await writeFile(join(folder, 'conc.ini'), '[node web1]\napp = shop\ngateway = popen\nroot = ./root\n');
    const here = await trust('--yes', '--json');
    expect(here.code).toBe(2);
    expect(JSON.parse(here.stdout)).toMatchObject({ error: { code: 'trust.no-host' } });
  });

  test('a key that is marked as revoked is never recorded', async () => {
    await trust('--yes');
    const key = (await readFile(join(sshd.folder, 'host_ed25519.pub'), 'utf8')).trim();
    await writeFile(recorded, `@revoked [127.0.0.1]:${sshd.port} ${key}\n`);
    const refused = await trust('--fingerprint', await fingerprint('ed25519'), '--json');
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'trust.revoked' } });
  });
});

describe('what ssh -G says', () => {
  test('names the host as known_hosts does', () => {
    const text = (lines: string) =>
      `hostname Web1.Example.org\n${lines}\nuserknownhostsfile /a/known_hosts /b\nglobalknownhostsfile /c\n`;
    expect(parseEffective('n', text('port 22'))).toMatchObject({ name: 'web1.example.org', file: '/a/known_hosts' });
    expect(parseEffective('n', text('port 2222'))).toMatchObject({
      name: '[web1.example.org]:2222',
      files: ['/a/known_hosts', '/b', '/c'],
    });
    expect(parseEffective('n', text('port 2222\nhostkeyalias shop'))).toMatchObject({ name: 'shop' });
    expect(() => parseEffective('n', 'hostname a\nuserknownhostsfile none\n')).toThrow('no known_hosts file');
  });
});

async function configure(port: number, ...options: string[]): Promise<void> {
  const lines = [`UserKnownHostsFile=${recorded}`, 'GlobalKnownHostsFile=/dev/null', ...options];
  await writeFile(
    join(folder, 'conc.ini'),
    `[node web1]\napp = shop\nroot = /srv/shop\nsshd.ip = 127.0.0.1\nsshd.port = ${port}\nsshd.config = /dev/null\n` +
      `sshd.options =\n${lines.map((line) => `    ${line}\n`).join('')}`,
  );
}

const trust = (...args: string[]): Promise<Run> => conc(['trust', 'web1', ...args], { cwd: folder });

/** With a terminal of its own: script(1) makes one. */
async function onTerminal(answer: string): Promise<string> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'cli', 'main.ts');
  const child = run('script', ['-qec', `'${process.execPath}' '${main}' trust web1`, '/dev/null'], { cwd: folder });
  child.child.stdout?.on('data', (text: string) => {
    if (text.includes('Type yes')) child.child.stdin?.end(answer);
  });
  return child.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

async function fingerprint(type: string): Promise<string> {
  const { stdout } = await run('ssh-keygen', ['-lf', join(sshd.folder, `host_${type}.pub`)]);
  return stdout.split(' ')[1] ?? '';
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}
