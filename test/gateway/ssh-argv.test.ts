import { spawnSync } from 'node:child_process';
import { describe, expect, it, test } from 'vitest';
import type { SshSettings } from '../../src/config/types.ts';
import { LOADER } from '../../src/gateway/loader.ts';
import { quoteForAnyShell } from '../../src/gateway/quote.ts';
import { remoteCommand, scriptSshArguments, sshArguments } from '../../src/gateway/ssh-argv.ts';

const plain: SshSettings = {
  host: 'web1.example.org',
  port: undefined,
  user: undefined,
  key: undefined,
  config: undefined,
  jump: undefined,
  options: [],
};

describe('the arguments of ssh', () => {
  it('check host keys, forward nothing and ask nobody', () => {
    expect(sshArguments(plain, 'python3', { prompts: false, connectTimeout: 15 })).toEqual([
      '-T',
      ...[
        '-o',
        'StrictHostKeyChecking=yes',
        '-o',
        'ForwardAgent=no',
        '-o',
        'ForwardX11=no',
        '-o',
        'ClearAllForwardings=yes',
      ],
      ...['-o', 'PermitLocalCommand=no', '-o', 'RemoteCommand=none', '-o', 'BatchMode=yes'],
      ...['-o', 'ConnectTimeout=15', '-o', 'LogLevel=INFO'],
      '--',
      'web1.example.org',
      `exec python3 -I -c '${LOADER}'`,
    ]);
  });

  it("of a script stand as it wrote them, behind what they may not weaken, and behind defaults that they don't name", () => {
    const needs = { prompts: true, connectTimeout: 15 };
    const args = ['-o', 'connecttimeout=3', '-p', '2222', 'ann@web1', 'nice'];
    const strict = sshArguments(plain, 'python3', needs).slice(0, -7);
    expect(strict.at(-1)).toBe('BatchMode=no');
    expect(scriptSshArguments(plain, { args, command: 'python3 -B' }, needs)).toEqual([
      ...strict,
      ...['-o', 'LogLevel=INFO'],
      ...args,
      `python3 -B -c '${LOADER}'`,
    ]);
    expect(scriptSshArguments(plain, { args: undefined, command: 'python3' }, needs)).toEqual([
      ...sshArguments(plain, 'python3', needs).slice(0, -1),
      `python3 -c '${LOADER}'`,
    ]);
  });

  it("carry the node's settings, behind what they may not weaken", () => {
    const settings: SshSettings = {
      host: '10.0.0.7',
      port: 2222,
      user: 'deploy',
      key: '/keys/id_ed25519-ops',
      config: '/etc/conc/ssh_config',
      jump: 'ops@bastion:22',
      options: ['StrictHostKeyChecking=no', 'ConnectTimeout=3'],
    };
    const given = sshArguments(settings, '/opt/python', { prompts: true, connectTimeout: 15 });
    const options = given.filter((_, index) => given[index - 1] === '-o');
    expect(options.indexOf('StrictHostKeyChecking=yes')).toBeLessThan(options.indexOf('StrictHostKeyChecking=no'));
    expect(options.indexOf('ConnectTimeout=3')).toBeLessThan(options.indexOf('ConnectTimeout=15'));
    expect(options).toContain('BatchMode=no');
    expect(given.slice(given.indexOf('-F'), given.indexOf('-F') + 12)).toEqual([
      ...['-F', '/etc/conc/ssh_config', '-p', '2222', '-l', 'deploy', '-i', '/keys/id_ed25519-ops'],
      ...['-o', 'IdentitiesOnly=yes', '-J', 'ops@bastion:22'],
    ]);
  });
});

describe('a word for any login shell', () => {
  const words = [
    'python3',
    '/opt/my python/bin/python3',
    `it's`,
    'wow!',
    'back\\slash',
    `all 'of' "it" \\ ! $HOME \`id\` * ? [a] {b,c} ; & | < > ( ) # ~ ^ % =`,
    '-I',
    'ü',
    "trailing'",
  ];

  for (const shell of ['sh', 'bash', 'dash', 'zsh', 'tcsh', 'fish']) {
    const there = spawnSync('which', [shell]).status === 0;
    test.skipIf(!there)(`${shell} reads it as it was`, () => {
      const command = `printf '%s;' ${words.map(quoteForAnyShell).join(' ')}`;
      const said = spawnSync(shell, ['-c', command], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
      expect(said.stderr).toBe('');
      expect(said.stdout).toBe(words.map((word) => `${word};`).join(''));
    });

    test.skipIf(!there)(`${shell} passes the loader on as it is, and finds ~`, () => {
      const command = remoteCommand('~/python').replace('exec ', 'echo ');
      const said = spawnSync(shell, ['-c', command], {
        encoding: 'utf8',
        env: { ...process.env, HOME: '/home/someone' },
      });
      expect(said.stdout).toBe(`/home/someone/python -I -c ${LOADER}\n`);
    });
  }

  it.each(['', 'a\nb', 'a\0b', '\x7f'])('%j is refused', (word) => {
    expect(() => quoteForAnyShell(word)).toThrow("can't be passed through a login shell");
  });
});
