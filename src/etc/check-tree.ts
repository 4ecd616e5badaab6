import { ConcError } from '../errors/conc-error.ts';
import { memberOf } from './layers.ts';
import type { ReadTree } from './read-tree.ts';
import { renderTree } from './render.ts';

/** A node, as far as its tree is concerned. */
export interface TreeNode {
  readonly name: string;
  readonly groups: readonly string[];
  readonly etcRoot: string | null;
  readonly root: string;
  readonly ssh: { readonly host: string } | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a placeholder can name: the node's attributes, its name and host, and the root as it is on the node. */
export const valuesOf = ({ name, ssh, attributes }: TreeNode, root: string): Record<string, string> => ({
  ...attributes,
  name,
  host: ssh?.host ?? 'localhost',
  root,
});

/** That every node has every key that its files name, and every layer a node: ConcError `etc.keys`, `etc.layers` (exit 2). */
export function checkTree({ tree, members }: ReadTree, nodes: readonly TreeNode[]): void {
  const layers = new Set(tree.files.map(({ layer }) => layer));
  const known = new Set([
    'etc',
    ...nodes.flatMap(({ name, groups }) => [`etc@${name}`, ...groups.map((each) => `etc.${each}`)]),
  ]);
  const strange = [...layers].filter((layer) => !known.has(layer));
  if (strange.length > 0) throw noNode(strange);
  const problems = nodes.flatMap((node) => {
    if (node.etcRoot === null) return [];
    const { name, groups, etcRoot } = node;
    const values = valuesOf(node, node.root);
    return renderTree(
      tree,
      { name, groups, etcRoot, values },
      (file) => members.get(memberOf(file)) ?? new Uint8Array(),
    ).problems;
  });
  const each = [...new Set(problems)];
  if (each.length > 0) throw missing(each);
}

const noNode = (layers: readonly string[]): ConcError =>
  new ConcError({
    code: 'etc.layers',
    message: `No node takes ${layers.map((layer) => `${layer}/`).join(', ')}`,
    hint: 'Folders are called etc, etc.GROUP and etc@NODE, by the groups and nodes of conc.ini',
    exit: 2,
  });

const missing = (problems: readonly string[]): ConcError =>
  new ConcError({
    code: 'etc.keys',
    message: 'The etc tree names keys that nodes do not have',
    evidence: problems,
    hint: 'Write them into conc.ini. For a literal @{ in a file: @@{',
    exit: 2,
  });
