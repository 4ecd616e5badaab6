import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { define } from '../../src/cli/commands/check.ts';
import { temporaryFolder } from '../config/support/config-of.ts';
import { runCommand } from '../config/support/run-command.ts';
import { freePort } from '../support/free-port.ts';

const ini = (more: string): string =>
  `[DEFAULT]\napp = shop\ngateway = popen\nroot = ./node\nworkers = 4\n\n[node here]\n\n[node there]\n${more}`;

function compare(more: string, ...args: string[]): Promise<{ out: string; exit: number }> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), ini(more));
  return runCommand(define, ['here', 'there', ...args], folder);
}

test('two nodes that are alike: said so, exit 0', async () => {
  expect(await compare('')).toEqual({ out: 'here and there are the same', exit: 0 });
  const { out, exit } = await compare('', '--json');
  expect(JSON.parse(out)).toEqual({
    problems: [],
    comparison: { nodes: ['here', 'there'], same: true, differences: [], errors: [] },
  });
  expect(exit).toBe(0);
});

test('an attribute that differs: both values, each with its line; exit 1', async () => {
  expect(await compare('workers = 8\n')).toEqual({
    out: [
      'here and there differ: 1 attribute',
      '  workers',
      '    here   4  conc.ini:5  [DEFAULT]',
      '    there  8  conc.ini:10  [node there]',
    ].join('\n'),
    exit: 1,
  });
});

test('a default is a value like any other', async () => {
  expect(await compare('python = python3\nkeep = 5\n')).toEqual({ out: 'here and there are the same', exit: 0 });
  expect((await compare('keep = 2\n')).out).toContain('  keep\n    here   5  by default\n    there  2  conc.ini:10');
});

test('how they are reached is told, and is exit 0; a secret is not told', async () => {
  const { out, exit } = await compare('admin = ann\nsudo.password.command = cat pass\n');
  expect(out).toContain('How they are reached differs too, as it must:\n  admin\n    here   (none)\n    there  ann  ');
  expect(out).toContain('  sudo.password.command\n    here   (none)\n    there  ***  conc.ini:11');
  expect([out.includes('cat pass'), exit]).toEqual([false, 1]);
  expect(await compare('admin = ann\n')).toMatchObject({ exit: 0 });
});

test('one that is not reached: the attributes are compared all the same; exit 1', async () => {
  const port = await freePort();
  const there = `gateway = ssh\nroot = /srv/node\nsshd.ip = 127.0.0.1\nsshd.port = ${port}\nsshd.config = /dev/null\n`;
  const { out, exit } = await compare(there, '--json');
  expect(exit).toBe(1);
  const { comparison } = JSON.parse(out);
  expect(comparison).toMatchObject({ same: false, errors: [{ node: 'there', code: expect.any(String) }] });
  expect(comparison.differences.map(({ name, counts }: { name: string; counts: boolean }) => [name, counts])).toEqual([
    ['gateway', false],
    ['root', true],
    ['sshd.config', false],
    ['sshd.ip', false],
    ['sshd.port', false],
  ]);
});

test('a group, three nodes, or what is to be recorded: the fitness of each', async () => {
  const { out } = await compare('', '@all');
  expect(out).toMatch(/^conc\.ini: no problems.*\nhere is fit\n(?:.*\n)*there is fit\n/);
});
