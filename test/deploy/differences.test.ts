import { expect, test } from 'vitest';
import type { Attribute } from '../../src/config/types.ts';
import { type ComparedNode, differences, type Seen } from '../../src/deploy/differences.ts';
import { change, release, survey } from '../support/sample.ts';

const { facts } = change();
const seen = (more: Partial<Seen> = {}): Seen => ({ facts, survey: survey(), os: 'Debian GNU/Linux 12', ...more });

function node(name: string, values: Readonly<Record<string, string>>, what: Seen | null = seen()): ComparedNode {
  const attributes = Object.entries(values).map(([key, value], at): [string, Attribute] => [
    key,
    { key, value, raw: value, source: { file: 'conc.ini', line: at + 1, section: `node ${name}` } },
  ]);
  return { node: name, attributes: new Map(attributes), seen: what };
}

const brief = (a: ComparedNode, b: ComparedNode): unknown[] =>
  differences(a, b).map(({ about, name, values }) => [about, name, ...values.map((side) => side?.value ?? null)]);

test('the same is no difference', () => {
  expect(differences(node('a', { workers: '4' }), node('b', { workers: '4' }))).toEqual([]);
});

test('attributes: by key, with the line of each; one that only one has', () => {
  const found = differences(node('a', { workers: '4', x: '1' }), node('b', { workers: '8' }));
  expect(found).toEqual([
    {
      ...{ about: 'attribute', name: 'workers', counts: true },
      values: [
        { value: '4', source: { file: 'conc.ini', line: 1, section: 'node a' } },
        { value: '8', source: { file: 'conc.ini', line: 1, section: 'node b' } },
      ],
    },
    {
      ...{ about: 'attribute', name: 'x', counts: true },
      values: [{ value: '1', source: { file: 'conc.ini', line: 2, section: 'node a' } }, null],
    },
  ]);
});

test('how a node is reached is told, and counts for nothing', () => {
  const [a, b] = [
    { 'sshd.host': 'a.example.org', root: '/srv/a' },
    { 'sshd.host': 'b.example.org', root: '/srv/b' },
  ];
  expect(differences(node('a', a), node('b', b)).map(({ name, counts }) => [name, counts])).toEqual([
    ['root', true],
    ['sshd.host', false],
  ]);
});

test('facts: interpreter, libc, system', () => {
  const newer = {
    ...facts,
    python: { ...facts.python, full: '3.13.5', executable: '/usr/bin/python3.13' },
    libc: { kind: 'glibc', version: [2, 41] },
  } as const;
  expect(brief(node('a', {}), node('b', {}, seen({ facts: newer, os: 'Debian GNU/Linux 13' })))).toEqual([
    ['fact', 'Python', 'cpython 3.11.2', 'cpython 3.13.5'],
    ['fact', 'interpreter', '/usr/bin/python3.11', '/usr/bin/python3.13'],
    ['fact', 'libc', 'glibc 2.36', 'glibc 2.41'],
    ['fact', 'OS', 'Debian GNU/Linux 12', 'Debian GNU/Linux 13'],
  ]);
});

test('what they serve: the same release under another running number is the same', () => {
  const serving = (id: string, bundle: string): Seen =>
    seen({ survey: survey({ current: id, releases: [release(id, 'proven', { bundle, version: '1.0' })] }) });
  const first = node('a', {}, serving('r41-0b77ad20', 'ab'.repeat(32)));
  expect(brief(first, node('b', {}, serving('r7-0b77ad20', 'ab'.repeat(32))))).toEqual([]);
  expect(brief(first, node('b', {}, serving('r42-c21e88b0', 'cd'.repeat(32))))).toEqual([
    ['release', 'bundle', 'abababab', 'cdcdcdcd'],
    ['release', 'release', '0b77ad20', 'c21e88b0'],
  ]);
  expect(brief(first, node('b', {}, seen({ survey: survey({ current: null, releases: [] }) })))).toEqual([
    ['release', 'version', '1.0', null],
    ['release', 'bundle', 'abababab', null],
    ['release', 'release', '0b77ad20', null],
    ['release', 'state', 'proven', null],
  ]);
});

test('a node that was not seen is compared by its attributes', () => {
  expect(brief(node('a', { x: '1' }), node('b', { x: '2' }, null))).toEqual([['attribute', 'x', '1', '2']]);
});
