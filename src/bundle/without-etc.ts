import { isOfTree } from '../etc/read-tree.ts';
import type { Source } from './source.ts';

/** What backends build: they would find a folder too many, and a changed nginx file would make a new wheel. */
export function withoutEtc(source: Source): Source {
  const etc = source.files.filter(({ path }) => isOfTree(path)).map(({ path }) => path);
  if (etc.length === 0) return source;
  const files = source.files.filter(({ path }) => !isOfTree(path));
  return { ...source, files, left: [...(source.left ?? []), ...etc] };
}
