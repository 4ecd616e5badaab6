import { createHash } from 'node:crypto';
import type { Problem } from '../config/types.ts';
import { listOf, suggest } from '../errors/suggest.ts';
import { canonical } from '../release/canonical.ts';
import { fault } from './fault.ts';
import { filesFor, layersFor } from './layers.ts';
import { ownershipOf } from './ownership.ts';
import { asText, fill, type Missing } from './template.ts';
import type { EtcFile, EtcTree, RenderedFile, RenderedTree } from './types.ts';

/** Whose tree it is, and what stands for its keys. */
export interface RenderFor {
  readonly name: string;
  readonly groups: readonly string[];
  readonly values: Readonly<Record<string, string>>;
}

/**
 * The files of one node's tree, and every placeholder that nothing stands for: with one the tree is of no use.
 * @param bytes of a file, by what the bundle or the project holds
 */
export function renderTree(
  tree: EtcTree,
  node: RenderFor,
  bytes: (file: EtcFile) => Uint8Array,
): { readonly files: readonly RenderedFile[]; readonly problems: readonly Problem[] } {
  const layers = layersFor(node);
  // Of the layers' tables the later one counts, as of their files.
  const rows = layers.flatMap((layer) => tree.ownership.filter((row) => row.layer === layer));
  const problems: Problem[] = [];
  const files = filesFor(tree.files, node).map((file): RenderedFile => {
    if (file.kind === 'link') return { path: file.path, kind: 'link', target: file.target };
    const content = bytes(file);
    const template = asText(content);
    const { mode, owner, group } = ownershipOf(file.path, rows);
    const usual = file.executable ? '0755' : '0644';
    const about = { path: file.path, kind: 'file', owner, group } as const;
    if (template === null) {
      const base64 = Buffer.from(content).toString('base64');
      return { ...about, mode: mode ?? usual, ...sized(content), base64 };
    }
    const { text, missing, secretLines } = fill(template, node.values);
    problems.push(...missing.map((each) => noSuch(`${file.layer}/${file.path}`, each, node)));
    const secret = secretLines.length > 0;
    return {
      ...{ ...about, mode: mode ?? (secret ? '0600' : usual), ...sized(Buffer.from(text)), text },
      ...(secret ? { secretLines } : {}),
    };
  });
  return { files, problems };
}

/** What a release's identity has of its tree, and what the node compares it with: sha256 of its canonical JSON. */
export const treeDigest = (tree: RenderedTree): string =>
  createHash('sha256')
    .update(canonical(JSON.parse(JSON.stringify(tree))))
    .digest('hex');

const sized = (content: Uint8Array) => ({
  sha256: createHash('sha256').update(content).digest('hex'),
  size: content.length,
});

function noSuch(file: string, { key, line }: Missing, { name, values }: RenderFor): Problem {
  const told = (message: string, hint: string): Problem => fault('etc.keys', file, line, message, hint);
  if (key.startsWith('@{')) return told(`${key} has no closing brace`, 'For a literal one: @@{');
  if (key === 'venv')
    return told('@{venv} is another with every release', 'Start launchers, which know it: @{root}/bin/NAME');
  const meant = suggest(key, Object.keys(values), 2);
  const hint = meant === undefined ? listOf(Object.keys(values), 'Keys') : `Did you mean ${meant}?`;
  return told(`${name} has no key ${key}`, hint ?? 'Write it into conc.ini');
}
