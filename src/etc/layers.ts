import type { EtcFile } from './types.ts';

/** `etc/nginx/x` → `['etc', 'nginx/x']`; null: the path is in no layer of the tree. */
export function layerOf(path: string): readonly [layer: string, below: string] | null {
  const found = /^(etc(?:[.@][A-Za-z0-9._-]+)?)\/(.+)$/.exec(path);
  return found?.[1] === undefined || found[2] === undefined ? null : [found[1], found[2]];
}

/** What a node takes, the later over the earlier: `etc`, each of its groups', its own. */
export const layersFor = (node: { readonly name: string; readonly groups: readonly string[] }): readonly string[] => [
  'etc',
  ...node.groups.map((group) => `etc.${group}`),
  `etc@${node.name}`,
];

/** The files of a node, each from the last layer that has it; sorted by path. */
export function filesFor(
  files: readonly EtcFile[],
  node: { readonly name: string; readonly groups: readonly string[] },
): readonly EtcFile[] {
  const layers = layersFor(node);
  const taken = new Map<string, EtcFile>();
  for (const layer of layers) for (const file of files) if (file.layer === layer) taken.set(file.path, file);
  return [...taken.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where a file's bytes stand in a bundle. */
export const memberOf = ({ layer, path }: EtcFile): string => `tree/${layer}/${path}`;
