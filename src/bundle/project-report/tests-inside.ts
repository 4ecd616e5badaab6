import type { Problem } from '../../config/types.ts';
import { about, isAllowed, type WheelView } from './types.ts';

/** Tests that would go to every node, unless conc.ini says that they are meant to: `allow.tests`. */
export function testsInside({ file, paths }: WheelView, allowed: readonly string[]): Problem[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const folder = testFolder(path);
    if (folder !== null && !isAllowed(path, allowed)) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].map(([folder, count]) =>
    about(
      folder,
      'project.tests-in-wheel',
      `${count === 1 ? 'a file' : `${count} files`} of tests in ${file}${folder.indexOf('/') === folder.length - 1 ? `, to be imported as ${folder.slice(0, -1)} by whatever is installed beside it` : ''}`,
      `Leave them out of the package; or, if they are to be run on nodes, write allow.tests = ${folder}`,
    ),
  );
}

/** `shop/tests/` of `shop/tests/web/test_page.py`; the file itself where it lies among others; null: no test. */
function testFolder(path: string): string | null {
  const parts = path.split('/');
  const at = parts.findIndex((part, index) => index < parts.length - 1 && (part === 'tests' || part === 'test'));
  if (at >= 0) return `${parts.slice(0, at + 1).join('/')}/`;
  return /^(?:test_.*|.*_test|conftest|tests)\.py$/.test(parts.at(-1) ?? '') ? path : null;
}
