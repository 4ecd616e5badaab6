import { expect, test } from 'vitest';
import { leftOut } from '../../../src/bundle/project-report/left-out.ts';

const file = 'shop-1.0-py3-none-any.whl';
const files = [
  ...['README.md', 'docs/shop/conf.py', 'src/shop/__init__.py', 'src/shop/web.py', 'src/shop/data/tea.xml'],
  ...['src/shop/templates/front.html', 'src/shop/.gitignore', 'src/shop/tests/test_web.py', 'src/shop/fast.pyx'],
];
const left = (paths: readonly string[], from: readonly string[] = files) =>
  leftOut(from, { file, paths }).map(({ source, message }) => `${source.file}: ${message}`);

test('data that a package has and its wheel lacks is named; what is rightly left out is not', () => {
  expect(left(['shop/__init__.py', 'shop/web.py', 'shop/data/tea.xml', 'shop-1.0.dist-info/RECORD'])).toEqual([
    `src/shop: a file of the package is not in ${file}: templates/front.html`,
  ]);
  expect(left(['shop/__init__.py', 'shop-1.0.dist-info/RECORD'])).toEqual([
    `src/shop: 3 files of the package are not in ${file}: web.py, data/tea.xml, templates/front.html`,
  ]);
});

test('a whole wheel has nothing to be told of', () => {
  const all = ['shop/__init__.py', 'shop/web.py', 'shop/data/tea.xml', 'shop/templates/front.html'];
  expect(left(all)).toEqual([]);
  expect(left(all.map((path) => `shop-1.0.data/purelib/${path}`))).toEqual([]);
});

test('a flat project, and another folder of the same name that the wheel is not made of', () => {
  const flat = ['shop/__init__.py', 'shop/a.txt', 'docs/shop/__init__.py', 'docs/shop/b.txt'];
  expect(left(['shop/__init__.py'], flat)).toEqual([`shop: a file of the package is not in ${file}: a.txt`]);
});

test('code that is generated, so that the project has nothing of it, is no package of the project', () => {
  expect(left(['made/__init__.py'])).toEqual([]);
});
