import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { define } from '../../src/cli/commands/check.ts';
import { temporaryFolder } from '../config/support/config-of.ts';
import { runCommand } from '../config/support/run-command.ts';

const sound = '[DEFAULT]\napp = shop\n\n[node here]\ngateway = popen\nroot = ./here\n';

function check(ini: string | Uint8Array, ...args: string[]): Promise<{ out: string; exit: number }> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), ini);
  return runCommand(define, args, folder);
}

test('all is well: said in one line, exit 0', async () => {
  expect(await check(sound)).toEqual({ out: 'conc.ini: no problems. 1 node, 0 groups', exit: 0 });
  expect(await check(sound, '--json')).toEqual({ out: '{"problems":[]}', exit: 0 });
});

test('one problem a line, then their number; exit 2', async () => {
  expect(await check(`${sound}sshd.prot = 1\nkeep = x\n`)).toEqual({
    out: [
      'conc.ini:7  [node here]  sshd.prot: no such key. Did you mean sshd.port?',
      'conc.ini:8  [node here]  keep = "x": not a whole number. Write digits only',
      '2 problems',
    ].join('\n'),
    exit: 2,
  });
});

test('warnings alone are exit 0', async () => {
  expect(await check(`${sound}workers = 4  # four\n`)).toEqual({
    out: 'conc.ini:7  [node here]  workers = "4  # four": the comment is part of the value. Put it on a line of its own (warning)\n1 warning',
    exit: 0,
  });
});

test('errors and warnings are counted apart', async () => {
  const { out, exit } = await check(`${sound}workers = 4  # four\nkeep = x\n`);
  expect(out.split('\n').at(-1)).toBe('2 problems: 1 error, 1 warning');
  expect(exit).toBe(2);
});

test('--json: one object, each problem with its place', async () => {
  const { out, exit } = await check(`${sound}sshd.prot = 1\n[group idle]\n`, '--json');
  expect(exit).toBe(2);
  expect(JSON.parse(out)).toEqual({
    problems: [
      {
        code: 'config.unknown-key',
        level: 'error',
        file: 'conc.ini',
        line: 7,
        section: 'node here',
        message: 'sshd.prot: no such key',
        hint: 'Did you mean sshd.port?',
      },
      {
        code: 'config.unused-group',
        level: 'warning',
        file: 'conc.ini',
        line: 8,
        section: 'group idle',
        message: 'no node takes this group',
        hint: 'Write groups = idle into a [node NAME], or remove it',
      },
    ],
  });
});

test('a file that is not even text is a problem like any other', async () => {
  expect(await check(Buffer.from('[a]\nb = \xff\n', 'latin1'))).toEqual({
    out: 'conc.ini:2  this line is not UTF-8. Save the file as UTF-8\n1 problem',
    exit: 2,
  });
});

test('without a conc.ini there is nothing to check', async () => {
  await expect(runCommand(define, ['--config', 'absent.ini'], temporaryFolder())).rejects.toMatchObject({
    code: 'config.not-found',
    exit: 2,
  });
});
