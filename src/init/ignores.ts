import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundProject } from './project.ts';
import type { FileChange } from './types.ts';

/** git is to pass by conc's own folder: cache, bundles, the node on this machine. */
export async function ignoreChange({ folder, git, files }: FoundProject): Promise<FileChange[]> {
  const [path, why] = ['.gitignore', "conc's own folder is no part of the project"];
  if (!files.includes(path)) return git ? [{ path, kind: 'new', text: '/.conc/\n', why }] : [];
  const before = await readFile(join(folder, path), 'utf8');
  if (/^\/?\.conc\/?$/m.test(before)) return [];
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return [{ path, kind: 'changed', text: `${before}${gap}/.conc/\n`, before, why }];
}
