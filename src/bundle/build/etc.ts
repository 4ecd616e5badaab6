import type { NodeSettings, Problem } from '../../config/types.ts';
import { checkTree } from '../../etc/check-tree.ts';
import type { ReadTree } from '../../etc/read-tree.ts';
import { readTree } from '../../etc/read-tree.ts';
import { about, someOf } from '../project-report/types.ts';
import type { Source } from '../source.ts';

/** The project's etc tree, with which every node can be served; null: it has none. */
export async function gatherEtc(source: Source, nodes: readonly NodeSettings[]): Promise<ReadTree | null> {
  const read = await readTree(source);
  if (read !== null) checkTree(read, nodes);
  return read;
}

export function ignoredFiles(etc: ReadTree | null): readonly Problem[] {
  if (etc === null || etc.ignored.length === 0) return [];
  const message = `not placed on nodes: ${someOf(etc.ignored)}`;
  return [about('etc', 'etc.ignored', message, 'Names that begin with a dot or end in ~ are left out of the tree')];
}
