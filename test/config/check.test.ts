import { expect, test } from 'vitest';
import { checkConfig } from '../../src/config/check.ts';
import { problemLine } from '../../src/config/problem.ts';
import { configOf } from './support/config-of.ts';

const told = (text: string): string[] =>
  checkConfig(configOf(text)).map((problem) => `${problem.level === 'warning' ? '~' : ''}${problemLine(problem)}`);

/** A sound file to which each test adds what is wrong. */
const sound = '[DEFAULT]\napp = shop\nroot = /srv/shop\nsshd.host = ${sshd.alias}\nsshd.alias = x\n'.replace(
  /sshd.alias/g,
  'alias',
);

test('a sound file has no problems', () => {
  expect(
    told(`${sound}[paths]\nbase = /x\n[group web]\nworkers = 4\n[node a]\ngroups = web\nbase = \${paths:base}\n`),
  ).toEqual([]);
});

test('the sketch of feel: one problem a line, in the order of the file', () => {
  const text = `${sound}[node web1]\nsshd.prot = 22\n[node web2]\ngroups = wbe\n[group web]\nworkers = 4  # four\n[group worker]\n[node c]\ngroups = web, worker\n`;
  expect(told(text)).toEqual([
    'conc.ini:7  [node web1]  sshd.prot: no such key. Did you mean sshd.port?',
    'conc.ini:9  [node web2]  groups names "wbe": no such group. Groups are: web, worker',
    '~conc.ini:11  [group web]  workers = "4  # four": the comment is part of the value. Put it on a line of its own',
  ]);
});

const one = (extra: string): string[] => told(`${sound}[node a]\n${extra}\n`);

test.each([
  ['x = a ; b', '~conc.ini:7  [node a]  x = "a ; b": the comment is part of the value. Put it on a line of its own'],
  [
    'x = 1\n  [node b]\n  y = 2',
    '~conc.ini:8  [node a]  x: the header "[node b]" is part of this value. Begin it where the key above begins: a more deeply indented line belongs to the value above',
  ],
  [
    'x = 1\n  keep = 2',
    '~conc.ini:8  [node a]  x: the line "keep = 2" is part of this value. Begin it where the key above begins: a more deeply indented line belongs to the value above',
  ],
  [
    'App = shop',
    '~conc.ini:7  [node a]  App: the same key as app at line 2, as case makes no difference. Write app in both places',
  ],
  [
    'Ɤ\ua7c0 = 1',
    '~conc.ini:7  [node a]  Ɤ\ua7c0: Pythons differ in the lower case of one of its letters. Use other letters',
  ],
  ['grups = a', "~conc.ini:7  [node a]  grups: not a key of conc's, so the application's own. Did you mean groups?"],
  ['host = a', 'conc.ini:7  [node a]  host: conc sets host itself. Did you mean sshd.host?'],
  ['x = ${aliaz}', 'conc.ini:7  [node a]  x: ${aliaz} is not a key. Did you mean ${alias}?'],
  [
    '[group web]',
    '~conc.ini:7  [group web]  no node takes this group. Write groups = web into a [node NAME], or remove it',
  ],
  [
    '[group web]\nx = $y\n[node b]\ngroups = web\nx = 1',
    'conc.ini:8  [group web]  x: "$y": a $ is followed by neither $ nor {. Write $$ for a dollar sign, ${key} for another value',
  ],
  [
    '[group web]\nkeep = many\n[node b]\ngroups = web\nkeep = 1',
    'conc.ini:8  [group web]  keep = "many": not a whole number. Write digits only',
  ],
  ['[paths]\nx = ${y}', 'conc.ini:8  [paths]  x: ${y} is not a key'],
  [
    '[nodes b]',
    'conc.ini:7  [nodes b]  [nodes b] is neither [node NAME] nor [group NAME]. A NAME is of A-Z a-z 0-9 . _ -. Did you mean [node b]?',
  ],
  [
    '[Node b]',
    'conc.ini:7  [Node b]  [Node b] is neither [node NAME] nor [group NAME]. A NAME is of A-Z a-z 0-9 . _ -. Did you mean [node b]?',
  ],
  [
    '[node b c]',
    'conc.ini:7  [node b c]  [node b c] is neither [node NAME] nor [group NAME]. A NAME is of A-Z a-z 0-9 . _ -. Did you mean [node b-c]?',
  ],
  [
    '[node "b"]',
    'conc.ini:7  [node "b"]  [node "b"] is neither [node NAME] nor [group NAME]. A NAME is of A-Z a-z 0-9 . _ -. Did you mean [node b]?',
  ],
  [
    '[group]',
    'conc.ini:7  [group]  [group] is neither [node NAME] nor [group NAME]. A NAME is of A-Z a-z 0-9 . _ -. Write [group NAME]',
  ],
  [
    '[group all]\n[node b]\ngroups = all',
    'conc.ini:7  [group all]  a group can not be called all: @all is every node. Give it another name',
  ],
  [
    '[default]',
    '~conc.ini:7  [default]  [default] is a plain section: no node takes its keys. Did you mean [DEFAULT]?',
  ],
  ['[noed b]', '~conc.ini:7  [noed b]  [noed b] is a plain section: no node takes its keys. Did you mean [node b]?'],
  ['[b]\nsshd.host = b', '~conc.ini:7  [b]  [b] is a plain section: no node takes its keys. Did you mean [node b]?'],
  [
    '[group g]\n[node b]\nonce = yes\ngroups = g\n[node c]\ngroups = g\nonce = on',
    'conc.ini:13  [node c]  once = yes on 2 nodes of the group g: b, c. Write it into one [node NAME] only',
  ],
  [
    '[group g]\n[node b]\ngroups = g\n[node c]\ngroups = g\n  g',
    'conc.ini:11  [node c]  groups names "g" twice. Name it once: the order counts',
  ],
  [
    '[group g]\ngroups = a',
    "conc.ini:8  [group g]  groups: a group can't take groups. List them all in the nodes, or in [DEFAULT]",
  ],
])('%s', (extra, line) => {
  expect(one(extra)).toContain(line);
});

test('what one cause breaks is told once, also for many nodes', () => {
  const nodes = Array.from({ length: 20 }, (_, index) => `[node n${index}]\n`).join('');
  expect(told(`${sound}sshd.port = x\n${nodes}`)).toEqual([
    'conc.ini:6  [DEFAULT]  sshd.port = "x": not a whole number. Write digits only',
  ]);
});

test('a value that can not be evaluated does not hide what else is wrong with its node, and is not called missing', () => {
  expect(told('[node a]\napp = ${x}\nroot = srv\nsshd.ip = ${y}\n')).toEqual([
    'conc.ini:2  [node a]  app: ${x} is not a key',
    'conc.ini:3  [node a]  root = "srv": with ssh it must be absolute. Write /srv/NAME, or ~/NAME',
    'conc.ini:4  [node a]  sshd.ip: ${y} is not a key',
  ]);
});

test('what Python refuses is told together with all the rest', () => {
  expect(told(`${sound}[node a]\njunk\nsshd.prot = 1\n[node a]\n`)).toEqual([
    'conc.ini:7  [node a]  "junk" is neither a key with a value nor a [section]. Write key = value, or indent the line more deeply if it goes on with the value above',
    'conc.ini:8  [node a]  sshd.prot: no such key. Did you mean sshd.port?',
    'conc.ini:9  [node a]  this section is there already, at line 6. Put its keys there, or give it another name',
  ]);
});

test('a file without a node is warned of', () => {
  expect(told(sound)).toEqual(['~conc.ini:1  there is no node. Add a section [node NAME]']);
});
