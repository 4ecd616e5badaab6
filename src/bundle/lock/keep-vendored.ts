import type { Locking } from './locking.ts';
import { neededBy, neededFiles } from './needed-files.ts';
import { readPylock } from './pylock.ts';
import { vendorFiles, withVendored } from './vendor.ts';

/** Puts into the repository what targets and builds get of all locks, and tells the locks. */
export async function keepVendored(locking: Locking): Promise<{ paths: ReadonlySet<string>; bytes: number }> {
  const { documents, cache } = locking;
  const needed = [...documents].flatMap(([name, document]) =>
    neededFiles(readPylock(document, name), neededBy(locking, name)),
  );
  const { paths, bytes } = await vendorFiles(cache, needed);
  for (const document of documents.values()) withVendored(document, paths);
  return { paths: new Set(paths.values()), bytes };
}
