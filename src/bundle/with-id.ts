import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { bundlesFolder } from './newest.ts';
import { openBundle } from './open.ts';
import type { Bundle } from './types.ts';

/** The very bundle, if it was built in the project's folder and is still there: whatever the project has become since. */
export async function bundleWithId(projectFolder: string, id: string): Promise<Bundle | null> {
  const folder = bundlesFolder(projectFolder);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(`-${id.slice(0, 8)}.bundle`));
  for (const name of names) {
    const bundle = await openBundle(join(folder, name)).catch(() => null);
    if (bundle?.id === id) return bundle;
    await bundle?.close();
  }
  return null;
}
