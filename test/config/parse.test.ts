import { expect, test } from 'vitest';
import { parseIni } from '../../src/config/parse.ts';
import { problemLine } from '../../src/config/problem.ts';
import { configOf } from './support/config-of.ts';

test('every value knows its lines, comments between them left out', () => {
  const config = configOf('# note\n[DEFAULT]\nApp: shop\n\n[paths]\r\nlist =\r\n  one\r\n  # note\r\n  two\r\n');
  expect(config.defaults).toMatchObject({ name: 'DEFAULT', line: 2 });
  expect(config.defaults.keys.get('app')).toEqual({
    key: 'app',
    spelled: 'App',
    value: 'shop',
    section: 'DEFAULT',
    line: 3,
    lines: [3],
  });
  expect(config.sections.get('paths')?.keys.get('list')).toMatchObject({
    value: '\none\ntwo',
    line: 6,
    lines: [6, 7, 9],
  });
});

test('DEFAULT may repeat', () => {
  const { defaults, problems } = parseIni('[DEFAULT]\na = 1\n[x]\n[DEFAULT]\nb = 2\n', 'conc.ini');
  expect([...defaults.keys.keys()]).toEqual(['a', 'b']);
  expect(defaults.line).toBe(1);
  expect(problems).toEqual([]);
});

test('every problem is told at once, each with its line', () => {
  const text = 'app = shop\nroot = /srv\n[node a]\nx = 1\njunk\nX = 2\n: 3\n[node a]\ny = 1\ny = 2\n';
  expect(parseIni(text, 'conc.ini').problems.map(problemLine)).toEqual([
    'conc.ini:1  "app = shop" stands before any [section]. Put [DEFAULT], or [node NAME], above it',
    'conc.ini:5  [node a]  "junk" is neither a key with a value nor a [section]. Write key = value, or indent the line more deeply if it goes on with the value above',
    'conc.ini:6  [node a]  X: the same key (as x: case makes no difference) is there already, at line 4. Remove one of the two',
    'conc.ini:7  [node a]  there is no key before the ":". Write key = value',
    'conc.ini:8  [node a]  this section is there already, at line 3. Put its keys there, or give it another name',
    'conc.ini:10  [node a]  y: this key is there already, at line 9. Remove one of the two',
  ]);
});

test('a byte order mark is named as what it is', () => {
  expect(parseIni('\ufeff[DEFAULT]\n', 'conc.ini').problems.map(problemLine)).toEqual([
    'conc.ini:1  the file begins with a byte order mark. Save it as UTF-8 without BOM',
  ]);
});

test('control characters of a file do not reach the terminal', () => {
  const [problem] = parseIni('\x1b[2Jx\n', 'conc.ini').problems;
  expect(problem && problemLine(problem)).toContain('"\\x1b[2Jx"');
});
