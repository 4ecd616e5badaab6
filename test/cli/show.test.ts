import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { define } from '../../src/cli/commands/show.ts';
import { temporaryFolder } from '../config/support/config-of.ts';
import { runCommand } from '../config/support/run-command.ts';

const text = `[DEFAULT]
app = shop
root = /srv/\${app}
sudo.password.command = pass ops

[group web]
workers = 4
motd =
  one
  two \x1b[2J

[node web1]
groups = web
sshd.host = web1.example.org

[node here]
gateway = popen

[node wrong]
root = \${rot}
`;

function project(ini = text): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), ini);
  return folder;
}

test('a node: key, value and place in columns', async () => {
  const { out, exit } = await runCommand(define, ['web1'], project());
  expect(exit).toBe(0);
  expect(out.split('\n')).toEqual([
    'web1',
    '  app                    shop              conc.ini:2  [DEFAULT]',
    '  root                   /srv/shop         conc.ini:3  [DEFAULT]',
    '  sudo.password.command  ***               conc.ini:4  [DEFAULT]',
    '  workers                4                 conc.ini:7  [group web]',
    '  motd                                     conc.ini:8  [group web]',
    '                         one',
    '                         two \\x1b[2J',
    '  groups                 web               conc.ini:13  [node web1]',
    '  sshd.host              web1.example.org  conc.ini:14  [node web1]',
  ]);
});

test('a long value moves only its own place', async () => {
  const long = 'x'.repeat(60);
  const { out } = await runCommand(define, ['a'], project(`[node a]\nlong = ${long}\nb = 1\n`));
  expect(out.split('\n')).toEqual(['a', `  long  ${long}  conc.ini:2  [node a]`, '  b     1  conc.ini:3  [node a]']);
});

test('--json: every value with its source; secrets are masked', async () => {
  const { out } = await runCommand(define, ['web1', '--json'], project());
  expect(out).not.toContain('pass ops');
  const { node, attributes } = JSON.parse(out);
  expect(node).toBe('web1');
  expect(Object.keys(attributes)).toEqual([
    'app',
    'root',
    'sudo.password.command',
    'workers',
    'motd',
    'groups',
    'sshd.host',
  ]);
  expect(attributes.root).toEqual({ value: '/srv/shop', source: { file: 'conc.ini', line: 3, section: 'DEFAULT' } });
  expect(attributes.motd.value).toBe('\none\ntwo \x1b[2J');
});

test('several nodes: one object a line, each node once', async () => {
  const { out } = await runCommand(define, ['here', '@web', 'here', '--json'], project());
  expect(out.split('\n').map((line) => JSON.parse(line).node)).toEqual(['web1', 'here']);
});

test('without a node: the list', async () => {
  const folder = project();
  const { out } = await runCommand(define, [], folder);
  expect(out.split('\n')).toEqual(['web1   ssh    web', 'here   popen', 'wrong  ssh']);
  expect(JSON.parse((await runCommand(define, ['--json'], folder)).out)).toEqual({
    nodes: [
      { node: 'web1', groups: ['web'], gateway: 'ssh' },
      { node: 'here', groups: [], gateway: 'popen' },
      { node: 'wrong', groups: [], gateway: 'ssh' },
    ],
  });
  expect((await runCommand(define, [], project('[DEFAULT]\n'))).out).toBe('conc.ini has no node');
});

test('a node that can not be evaluated fails, and prints nothing of the others', async () => {
  const folder = project();
  await expect(runCommand(define, ['@all'], folder)).rejects.toMatchObject({
    code: 'config.substitution-missing',
    message: `conc.ini:20  [node wrong]  root: \${rot} is not a key`,
    exit: 2,
  });
});

test('a name that matches nothing is an error with a suggestion', async () => {
  await expect(runCommand(define, ['wbe1'], project())).rejects.toMatchObject({ exit: 2, hint: 'Did you mean web1?' });
});

test('--config names another file, and places are told from here', async () => {
  const folder = project();
  mkdirSync(join(folder, 'deep'));
  writeFileSync(join(folder, 'other.ini'), '[node x]\na = 1\n');
  const { out } = await runCommand(define, ['x', '--config', '../other.ini'], join(folder, 'deep'));
  expect(out).toBe('x\n  a  1  ../other.ini:2  [node x]');
});
