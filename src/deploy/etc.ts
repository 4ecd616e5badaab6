import type { Bundle } from '../bundle/types.ts';
import { throwErrors } from '../config/problem.ts';
import { valuesOf } from '../etc/check-tree.ts';
import { compareTree } from '../etc/compare.ts';
import { filesFor, memberOf } from '../etc/layers.ts';
import { checkWishes, refuseElsewhere } from '../etc/refuse.ts';
import { renderTree } from '../etc/render.ts';
import { surveyEtc } from '../etc/survey.ts';
import type { EtcWishes, RenderedTree } from '../etc/types.ts';
import type { EtcChange } from '../ops/types.ts';
import type { OpenNode } from './open.ts';

export interface EtcLook {
  readonly wishes: EtcWishes;
  /** How files differ line by line, too. */
  readonly content: boolean;
}

/** The tree that a bundle has for this node; null: none. ConfigError (exit 2) where conc.ini lacks a key by now. */
export async function renderFor({ settings, survey }: OpenNode, bundle: Bundle): Promise<RenderedTree | null> {
  const { etc } = bundle.manifest;
  const { name, groups, etcRoot } = settings;
  if (etc === undefined || etcRoot === null) return null;
  const bytes = new Map<string, Buffer>();
  for (const file of filesFor(etc.files, settings))
    if (file.kind === 'file') bytes.set(memberOf(file), await bundle.etcFile(file));
  const { tree, problems } = renderTree(
    etc,
    { name, groups, etcRoot, values: valuesOf(settings, survey.root) },
    (file) => bytes.get(memberOf(file)) ?? Buffer.alloc(0),
  );
  throwErrors(problems);
  return tree.files.length === 0 ? null : tree;
}

/** How a rendered tree, or that of a release which is on the node, compares with what is there. null: nothing is to be done. */
export async function lookAtEtc(
  { settings, session, survey: { etc } }: OpenNode,
  wanted: { readonly tree: RenderedTree | null; readonly release: string | null },
  { wishes, content }: EtcLook,
): Promise<EtcChange | null> {
  if (wanted.tree === null && !etc) {
    checkWishes(wishes, null);
    return null;
  }
  const { root, app, name } = settings;
  const survey = await surveyEtc(session, { root, app, etc: wanted.tree, release: wanted.release, content });
  checkWishes(wishes, survey);
  if (survey === null) return null;
  refuseElsewhere(name, survey);
  const plan = compareTree(survey.files ?? wanted.tree?.files ?? [], survey, wishes);
  return { tree: wanted.tree, survey, plan };
}
