import type { Problem } from '../../config/types.ts';
import { about, someOf, type WheelView } from './types.ts';

/** Files of a project that lie in one of its packages and are not in its wheel: templates and data that were forgotten. */
export function leftOut(files: readonly string[], { file, paths }: WheelView): Problem[] {
  const wheel = new Set(paths.map(installedPath));
  const packages = new Set([...wheel].flatMap((path) => /^([^/]+)\/(?:.*\/)?[^/]+\.py$/.exec(path)?.[1] ?? []));
  return [...packages].toSorted().flatMap((name) => {
    const root = rootOf(name, files, wheel);
    if (root === null) return [];
    const inside = files.filter((path) => path.startsWith(`${root}${name}/`));
    const missing = inside.filter((path) => !wheel.has(path.slice(root.length)) && !isMeantToStay(path));
    if (missing.length === 0) return [];
    const folder = `${root}${name}`;
    const names = missing.map((path) => path.slice(folder.length + 1));
    return [
      about(
        folder,
        'project.left-out',
        `${missing.length === 1 ? 'a file of the package is' : `${missing.length} files of the package are`} not in ${file}: ${someOf(names)}`,
        'Tell the build tool to package them (setuptools: package-data), or leave them out of the repository',
      ),
    ];
  });
}

/** `shop-1.0.data/purelib/shop/x.py` is installed as `shop/x.py`. */
const installedPath = (path: string): string => path.replace(/^[^/]+\.data\/(?:purelib|platlib)\//, '');

/** Where in the project a package lies: `src/`, or an empty text. The place that most of the wheel's modules come from. */
function rootOf(name: string, files: readonly string[], wheel: ReadonlySet<string>): string | null {
  const counts = new Map<string, number>();
  for (const path of files) {
    for (let at = path.indexOf(`${name}/`); at >= 0; at = path.indexOf(`${name}/`, at + 1)) {
      if ((at > 0 && path[at - 1] !== '/') || !wheel.has(path.slice(at)) || !path.endsWith('.py')) continue;
      counts.set(path.slice(0, at), (counts.get(path.slice(0, at)) ?? 0) + 1);
    }
  }
  const [best] = [...counts].toSorted(([a, many], [b, more]) => more - many || a.length - b.length);
  return best?.[0] ?? null;
}

/** Tests, hidden files, and what is compiled are rightly left out. */
const isMeantToStay = (path: string): boolean =>
  path
    .split('/')
    .some((part) => part.startsWith('.') || part === 'tests' || part === 'test' || part === '__pycache__') ||
  /(?:^|\/)(?:test_[^/]*\.py|conftest\.py|tests\.py|[^/]+\.(?:c|cc|cpp|cxx|h|hpp|pyx|pxd|pxi|rs|pyc))$/.test(path);
