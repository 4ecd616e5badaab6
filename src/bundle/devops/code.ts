import { ConcError } from '../../errors/conc-error.ts';
import type { WheelFile } from '../types.ts';
import { openArchive } from '../wheel/archive.ts';

/** More than this is no devops package: the whole application, or data. */
const most = 4 * 1024 * 1024;

/**
 * The devops code of an application's wheel, text by path: the package that the list of jobs is in, and the `__init__.py`
 * of those above it. ConcError `sequence.no-module`: the wheel has no such module; `sequence.too-large`.
 */
export async function devopsCode(
  wheel: { readonly path: string; readonly file: string; readonly contents: readonly WheelFile[] },
  module: string,
): Promise<Readonly<Record<string, string>>> {
  const paths = pathsOf(
    wheel.contents.map(({ path }) => path),
    module,
  );
  if (paths === null) throw noModule(wheel.file, module);
  const sizes = new Map(wheel.contents.map(({ path, size }) => [path, size]));
  const size = paths.reduce((sum, path) => sum + (sizes.get(path) ?? 0), 0);
  if (size > most) throw tooLarge(module, size);
  await using archive = await openArchive(wheel.path, wheel.file);
  const wanted = new Set(paths);
  const texts = archive.files
    .filter(({ path }) => wanted.has(path))
    .map(async (each) => [each.path, (await each.bytes()).toString('utf8')] as const);
  const sorted = (await Promise.all(texts)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted);
}

/**
 * `shop.devops` that is a package: everything below it. `shop.devops.jobs`, a module: everything below the package it is
 * in. A module that stands alone: itself. null: there is none of that name.
 */
function pathsOf(all: readonly string[], module: string): readonly string[] | null {
  const parts = module.split('.');
  const own = parts.join('/');
  const isPackage = all.includes(`${own}/__init__.py`);
  if (!isPackage && !all.includes(`${own}.py`)) return null;
  const folder = isPackage ? own : parts.slice(0, -1).join('/');
  const inits = parts.map((_, depth) => `${parts.slice(0, depth + 1).join('/')}/__init__.py`);
  const wanted = (path: string): boolean =>
    path === `${own}.py` || inits.includes(path) || (folder !== '' && path.startsWith(`${folder}/`));
  return all.filter((path) => path.endsWith('.py') && wanted(path));
}

const noModule = (file: string, module: string): ConcError =>
  new ConcError({
    code: 'sequence.no-module',
    message: `devops.jobs names the module ${module}, and the application’s wheel ${file} has none of that name`,
    hint: 'Is its package packaged? See what is in the wheel: conc bundle show FILE, of a build without devops.jobs',
    exit: 2,
  });

const tooLarge = (module: string, size: number): ConcError =>
  new ConcError({
    code: 'sequence.too-large',
    message: `The package that ${module} is in comes to ${Math.round(size / 1e6)} MB of Python: that is more than devops code`,
    hint: 'Put the list of jobs and its ops into a subpackage of their own, such as shop.devops',
    exit: 2,
  });
