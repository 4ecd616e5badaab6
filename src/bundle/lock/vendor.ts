import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cache } from '../fetch/cache.ts';
import { fetchFrom } from '../fetch/cache.ts';
import type { Source } from '../source.ts';
import type { NeededFile } from './needed-files.ts';
import type { PylockDocument } from './pylock-document.ts';
import { filesOf, readDocument } from './pylock-document.ts';

/** Where files are kept in the repository, below the project's folder. */
const vendorFolder = 'vendor';
const prefix = `${vendorFolder}/`;

/** Puts files into the repository, each checked. Gives back what the lock is to call them: sha256 → path. */
export async function vendorFiles(
  cache: Cache,
  files: readonly NeededFile[],
): Promise<{ paths: ReadonlyMap<string, string>; bytes: number }> {
  let bytes = 0;
  const paths = new Map<string, string>();
  await mkdir(join(cache.folder, vendorFolder), { recursive: true });
  for (const { file } of files) {
    const path = prefix + file.file;
    const from = await fetchFrom(cache, file);
    const to = join(cache.folder, path);
    if (from !== to) {
      await copyFile(from, `${to}.part`);
      await rename(`${to}.part`, to);
    }
    if (!paths.has(file.sha256)) bytes += (await stat(to)).size;
    paths.set(file.sha256, path);
  }
  return { paths, bytes };
}

/** Tells a lock that it finds these files in the repository. Their addresses stay, for those who ask where they came from. */
export function withVendored(document: PylockDocument, paths: ReadonlyMap<string, string>): PylockDocument {
  for (const file of document.packages.flatMap(filesOf)) {
    const path = paths.get(file.hashes?.sha256 ?? '');
    if (path !== undefined) file.path = path;
  }
  return document;
}

/** Removes files that former locks kept in the repository, and that are not kept any more. Other files are nobody's business here. */
export async function removeUnvendored(
  folder: string,
  former: ReadonlyMap<string, string>,
  kept: ReadonlySet<string>,
): Promise<number> {
  const gone = vendoredPaths(former).filter((path) => !kept.has(path));
  for (const path of gone) await rm(join(folder, path), { force: true });
  return gone.length;
}

/**
 * The project without the files that its locks keep in it: they are what it is built with, no part of what is built.
 * Backends that look for packages by themselves would find a folder too many.
 */
export function withoutVendored(source: Source, locks: ReadonlyMap<string, string>): Source {
  const vendored = new Set(vendoredPaths(locks));
  if (vendored.size === 0) return source;
  return { ...source, files: source.files.filter(({ path }) => !vendored.has(path)), left: [...vendored] };
}

/** Paths below `vendor/` that conc's locks name. Locks that can't be read name none. */
function vendoredPaths(locks: ReadonlyMap<string, string>): string[] {
  const paths = [...locks].flatMap(([name, text]) => {
    try {
      const { packages, tool } = readDocument(text, name);
      return tool?.conc === undefined ? [] : packages.flatMap(filesOf).flatMap(({ path }) => path ?? []);
    } catch {
      return [];
    }
  });
  return [...new Set(paths)].filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'));
}
