import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig } from '../../src/config/find.ts';
import { loadConfig } from '../../src/config/load.ts';
import { refusal, temporaryFolder } from './support/config-of.ts';

test('conc.ini is found here or above; --config wins', () => {
  const folder = temporaryFolder();
  const deep = join(folder, 'a', 'b');
  mkdirSync(join(deep, 'conc.ini'), { recursive: true });
  expect(() => findConfig(deep)).toThrow(expect.objectContaining({ code: 'config.not-found', exit: 2 }));
  writeFileSync(join(folder, 'conc.ini'), '');
  writeFileSync(join(folder, 'other.ini'), '');
  expect(findConfig(deep)).toBe(join(folder, 'conc.ini'));
  expect(findConfig(deep, '../../other.ini')).toBe(join(folder, 'other.ini'));
  expect(() => findConfig(deep, 'other.ini')).toThrow('There is no file other.ini');
});

test('places are told from where one is', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'conc.ini'), '[a]\n');
  expect(loadConfig(join(folder, 'conc.ini'), folder).shown).toBe('conc.ini');
  expect(loadConfig('../conc.ini', join(folder, 'sub'))).toMatchObject({
    shown: '../conc.ini',
    file: join(folder, 'conc.ini'),
  });
  expect(loadConfig(join(folder, 'conc.ini'), '/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p').shown).toBe(join(folder, 'conc.ini'));
});

test('what is not UTF-8 is refused with its line', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), Buffer.from('[a]\nb = \xc3\xa9\nc = \xe9\n', 'latin1'));
  expect(refusal(() => loadConfig('conc.ini', folder))).toEqual({
    code: 'config.not-utf8',
    exit: 2,
    lines: ['conc.ini:3  this line is not UTF-8'],
    hint: 'Save the file as UTF-8',
  });
});

test('every problem that Python would stop at is in one error', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'conc.ini'), '[a]\njunk\n[a]\n');
  const { code, exit, lines } = refusal(() => loadConfig('conc.ini', folder));
  expect({ code, exit }).toEqual({ code: 'config.no-delimiter', exit: 2 });
  expect(lines).toEqual([
    expect.stringMatching(/^conc\.ini:2 {2}\[a\] {2}"junk" is neither/),
    expect.stringMatching(/^conc\.ini:3 {2}\[a\] {2}this section is there already, at line 1/),
  ]);
});

test('a file that is gone or not allowed is told as such', () => {
  expect(() => loadConfig('nowhere.ini', temporaryFolder())).toThrow(
    expect.objectContaining({ code: 'config.unreadable', exit: 2, message: expect.stringContaining('nowhere.ini') }),
  );
});
