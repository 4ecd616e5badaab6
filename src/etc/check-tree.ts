import { throwErrors } from '../config/problem.ts';
import { fault } from './fault.ts';
import { layersFor, memberOf } from './layers.ts';
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

/** That every node has every key that its files name, and every layer a node. ConfigError with all that is wrong (exit 2). */
export function checkTree({ tree, members }: ReadTree, nodes: readonly TreeNode[]): void {
  const taken = new Set(nodes.flatMap(layersFor));
  const strange = [...new Set(tree.files.map(({ layer }) => layer))].filter((layer) => !taken.has(layer));
  const unused = strange.map((layer) => fault('etc.layer', `${layer}/`, 0, 'no node takes this folder', layerHint));
  const missing = nodes.flatMap((node) => {
    if (node.etcRoot === null) return [];
    const of = { name: node.name, groups: node.groups, values: valuesOf(node, node.root) };
    return renderTree(tree, of, (file) => members.get(memberOf(file)) ?? new Uint8Array()).problems;
  });
  throwErrors([...unused, ...missing]);
}

const layerHint = 'Folders are called etc, etc.GROUP and etc@NODE, by the groups and nodes of conc.ini';
