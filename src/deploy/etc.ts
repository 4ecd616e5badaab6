import type { Bundle } from '../bundle/types.ts';
import { throwErrors } from '../config/problem.ts';
import type { NodeSettings } from '../config/types.ts';
import { valuesOf } from '../etc/check-tree.ts';
import { compareTree } from '../etc/compare.ts';
import { crontabBlock } from '../etc/crontab.ts';
import { enabledLinks } from '../etc/enabled.ts';
import { filesFor, memberOf } from '../etc/layers.ts';
import { checkWishes, refuseElsewhere } from '../etc/refuse.ts';
import { renderTree } from '../etc/render.ts';
import { surveyEtc } from '../etc/survey.ts';
import type { EtcWishes, RenderedFile, RenderedTree } from '../etc/types.ts';
import type { EtcChange } from '../ops/types.ts';
import type { OpenNode } from './open.ts';

export interface EtcLook {
  readonly wishes: EtcWishes;
  /** How files differ line by line, too. */
  readonly content: boolean;
}

/**
 * The tree of this node: the bundle's, what the config enables of servers, and what cron runs; null: nothing of it.
 * ConfigError (exit 2) where conc.ini lacks a key by now.
 */
export async function renderFor({ settings, survey }: OpenNode, bundle: Bundle): Promise<RenderedTree | null> {
  const { etcRoot, enabled, crons } = settings;
  const placed = etcRoot === null ? [] : await filesOf(settings, survey.root, bundle);
  const paths = new Set(placed.map(({ path }) => path));
  // A link that lies in the tree itself is meant as it is.
  const links = etcRoot === null ? [] : enabledLinks(enabled).filter(({ path }) => !paths.has(path));
  const block = crontabBlock(survey.root, crons);
  const files = [...placed, ...links, ...(block === null ? [] : [block])];
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return files.length === 0 ? null : { root: etcRoot ?? 'etc', files: sorted };
}

async function filesOf(settings: NodeSettings, root: string, bundle: Bundle): Promise<readonly RenderedFile[]> {
  const { etc } = bundle.manifest;
  if (etc === undefined) return [];
  const bytes = new Map<string, Buffer>();
  for (const file of filesFor(etc.files, settings))
    if (file.kind === 'file') bytes.set(memberOf(file), await bundle.etcFile(file));
  const { name, groups } = settings;
  const { files, problems } = renderTree(
    etc,
    { name, groups, values: valuesOf(settings, root) },
    (file) => bytes.get(memberOf(file)) ?? Buffer.alloc(0),
  );
  throwErrors(problems);
  return files;
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
