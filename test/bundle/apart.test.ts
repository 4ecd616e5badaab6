import { expect, it } from 'vitest';
import { whyWhole } from '../../src/bundle/apart.ts';
import type { WheelFile } from '../../src/bundle/types.ts';
import { wheel } from '../support/sample.ts';

const vendor = ['vendor/__init__.py', 'vendor/deep/x.py', 'ns/one.py', 'vendor-1.0.dist-info/METADATA'];

const why = (own: readonly string[], others: readonly string[] = vendor): Promise<string | null> => {
  const lists: Readonly<Record<string, readonly string[]>> = { shop: own, vendor: others };
  const contents = async ({ name }: { readonly name: string }): Promise<readonly WheelFile[]> =>
    (lists[name] ?? []).map((path) => ({ path, sha256: '0'.repeat(64), size: 1, executable: false }));
  return whyWhole({ contents }, [wheel('vendor'), wheel('shop', { role: 'application' })]);
};

it.each([
  ['a package of its own', ['shop/__init__.py', 'shop-1.0.dist-info/METADATA']],
  ['a namespace of both', ['ns/two.py', 'ns/three/__init__.py']],
  ['scripts and data', ['shop.py', 'shop-1.0.data/scripts/run', 'shop-1.0.data/data/share/vendor.txt']],
])('shares: %s', async (_, own) => {
  expect(await why(own)).toBeNull();
});

it.each([
  ['vendor', ['vendor/more.py']],
  ['vendor', ['vendor.cpython-311-x86_64-linux-gnu.so']],
  ['ns.one', ['ns/one/__init__.py']],
  ['ns', ['ns/__init__.py', 'ns/two.py']],
  ['vendor', ['shop-1.0.data/purelib/vendor/x.py']],
])('a whole tree, as both have %s', async (name, own) => {
  expect(await why(own)).toBe(`the application's wheel and a vendor's both have ${name}`);
});

it('a whole tree, where a .pth file or data may tell more than names do', async () => {
  expect(await why(['shop.pth'])).toBe('shop has shop.pth');
  expect(await why(['ns/two.py'], [...vendor, 'vendor-nspkg.pth'])).toMatch(/both have ns$/);
  expect(await why(['shop.py', 'shop-1.0.data/data/lib/python3.11/site-packages/x.py'])).toBe(
    'shop brings lib/python3.11/site-packages/x.py as data',
  );
});
