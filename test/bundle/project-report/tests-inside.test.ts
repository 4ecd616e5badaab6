import { expect, test } from 'vitest';
import { testsInside } from '../../../src/bundle/project-report/tests-inside.ts';

const paths = [
  'shop/__init__.py',
  'shop/tests/__init__.py',
  'shop/tests/test_a.py',
  'tests/test_b.py',
  'shop/test_c.py',
];
const found = (...allowed: string[]): [string, string][] =>
  testsInside({ file: 'shop.whl', paths }, allowed).map(({ source, message }) => [source.file, message]);

test('tests in a wheel are counted by folder; a package named tests is in the way of others', () => {
  expect(found()).toEqual([
    ['shop/tests/', '2 files of tests in shop.whl'],
    ['tests/', 'a file of tests in shop.whl, to be imported as tests by whatever is installed beside it'],
    ['shop/test_c.py', 'a file of tests in shop.whl'],
  ]);
});

test('those that conc.ini allows are meant to be there', () => {
  expect(found('shop/tests/', 'shop/test_c.py').map(([folder]) => folder)).toEqual(['tests/']);
});
