import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Version } from './workshop.ts';

/** The release that `current` names, with what is not as it must be: nothing, where it is whole. */
export interface Current {
  readonly id: string | null;
  readonly version: string | null;
  readonly damage: readonly string[];
}

/** Looks at every file of the application in the current release, with eyes of its own: conc's word is not taken for it. */
export async function currentOf(root: string, versions: readonly Version[]): Promise<Current> {
  const link = await readlink(join(root, 'current')).catch(() => null);
  if (link === null) return { id: null, version: null, damage: [] };
  const id = link.replace(/^releases\//, '');
  const home = join(root, 'releases', id);
  const record = await readFile(join(home, 'release.json'), 'utf8').then(JSON.parse, () => null);
  if (record === null) return { id, version: null, damage: ['release.json is not there'] };
  const version = versions.find((one) => one.version === record.version);
  if (version === undefined) return { id, version: record.version, damage: [`nobody built ${record.version}`] };
  const lib = await readdir(join(home, 'venv/lib')).catch(() => []);
  const packages = join(home, 'venv/lib', lib[0] ?? '', 'site-packages');
  const damage: string[] = [];
  for (const [path, text] of version.files) {
    const found = await readFile(join(packages, path), 'utf8').catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) damage.push(`${path}: ${found.code}`);
    else if (found !== text) damage.push(`${path} has ${found.length} characters that nobody wrote`);
  }
  return { id, version: version.version, damage };
}
