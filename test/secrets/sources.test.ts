import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { commandSource } from '../../src/secrets/command.ts';
import { descriptorSource } from '../../src/secrets/descriptor.ts';
import { terminalSource } from '../../src/secrets/terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'conc-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('--sudo-password-fd', () => {
  const open = (content: string): number => {
    const file = join(folder, 'password');
    writeFileSync(file, content);
    return openSync(file, 'r');
  };

  it('is the first line, as it stands there; the descriptor is closed', async () => {
    const descriptor = open(' sés"ame \nnot this\n');
    const source = descriptorSource(descriptor);
    expect((await source.read(''))?.reveal()).toBe(' sés"ame ');
    expect((await source.read(''))?.reveal()).toBe(' sés"ame ');
    expect(() => readSync(descriptor, Buffer.alloc(1))).toThrow('EBADF');
    expect((await descriptorSource(open('no line end')).read(''))?.reveal()).toBe('no line end');
  });

  it('takes no more than its line from a pipe, and waits for it', async () => {
    const module = JSON.stringify(fileURLToPath(new URL('../../src/secrets/descriptor.ts', import.meta.url)));
    const program = `const { descriptorSource } = await import(${module});
      const secret = await descriptorSource(0).read('');
      process.stdout.write(secret.reveal() + '|');
      process.stdin.pipe(process.stdout);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.write('ses');
    setTimeout(() => child.stdin.end('ame\nthe rest'), 300);
    expect(await text(child.stdout)).toBe('sesame|the rest');
  });

  it.each([
    ['', 'its first line is empty'],
    ['\nsesame\n', 'its first line is empty'],
    ['x'.repeat(5000), 'its first line is longer than 4096 bytes'],
  ])('says why there is none: %#', async (content, why) => {
    const descriptor = open(content);
    await expect(descriptorSource(descriptor).read('')).rejects.toMatchObject({
      code: 'sudo.descriptor',
      exit: 2,
      message: expect.stringContaining(why),
    });
  });

  it('says that it is not open', async () => {
    const descriptor = open('');
    closeSync(descriptor);
    await expect(descriptorSource(descriptor).read('')).rejects.toMatchObject({
      message: expect.stringContaining('EBADF'),
    });
  });
});

describe('sudo.password.command', () => {
  it('is run once, in its folder, and gives its first line', async () => {
    const argv = ['sh', '-c', 'echo once >>count; printf "%s\\nmore" "$1"', 'sh', 'ses $ame'];
    const source = commandSource(argv, folder);
    expect((await source.read(''))?.reveal()).toBe('ses $ame');
    expect((await source.read(''))?.reveal()).toBe('ses $ame');
    expect((await commandSource(['cat', 'count'], folder).read(''))?.reveal()).toBe('once');
    expect((await commandSource(['wc', '-l', 'count'], folder).read(''))?.reveal()).toBe('1 count');
  });

  it.each([
    [['sh', '-c', 'echo sesame; exit 3'], 'exit code 3'],
    [['sh', '-c', 'kill -9 $$'], 'SIGKILL'],
    [['true'], 'empty'],
    [['conc-no-such-program'], 'ENOENT'],
  ])('says why there is none: %j', async (argv, why) => {
    const read = commandSource(argv, folder).read('');
    await expect(read).rejects.toMatchObject({ code: 'sudo.command', exit: 2, message: expect.stringContaining(why) });
    await expect(read).rejects.not.toMatchObject({ message: expect.stringContaining('sesame') });
  });
});

it('a person is asked, and may give none', async () => {
  const asked: string[] = [];
  const source = terminalSource(async (prompt) => {
    asked.push(prompt);
    return asked.length === 1 ? 'sesame' : undefined;
  });
  expect((await source.read('first:'))?.reveal()).toBe('sesame');
  expect(await source.read('second:')).toBeUndefined();
  expect(asked).toEqual(['first:', 'second:']);
});
