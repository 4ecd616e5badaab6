import { expect, test } from 'vitest';
import { didYouMean, suggest } from '../../src/errors/suggest.ts';

const known = ['deploy', 'status', 'sshd.port', 'web', 'worker'];

test.each([
  ['depoly', 'deploy'],
  ['Deploy', 'deploy'],
  ['sshd.prot', 'sshd.port'],
  ['wbe', 'web'],
  ['statu', 'status'],
  ['worer', 'worker'],
  ['xyz', undefined],
  ['', undefined],
  ['we', undefined],
  ['deployments', undefined],
])('%s: %s', (wrong, meant) => {
  expect(suggest(wrong, known)).toBe(meant);
});

test('of several the nearest, of equally near the first', () => {
  expect(suggest('web2', ['web10', 'web1', 'web3'])).toBe('web1');
});

test('as many edits as are allowed', () => {
  expect(suggest('abcdef', ['abcxyz'], 2)).toBeUndefined();
  expect(suggest('abcdef', ['abcxyz'], 3)).toBe('abcxyz');
});

test('without a near one the names are listed, of many the first twelve', () => {
  expect(didYouMean('x', [], 'Nodes')).toBeUndefined();
  expect(didYouMean('zzz', ['web', 'db'], 'Nodes')).toBe('Nodes are: web, db');
  const many = Array.from({ length: 15 }, (_, index) => `machine${index}`);
  expect(didYouMean('zzz', many, 'Nodes')).toMatch(/^Nodes are: machine0, .*, machine11, and 3 more$/);
});
