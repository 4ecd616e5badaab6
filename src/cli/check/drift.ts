import type { NodeSettings } from '../../config/types.ts';
import { askDrift, type Drift } from '../../deploy/drift.ts';
import { each } from '../../deploy/each.ts';
import { withNode } from '../../deploy/open.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { countOf } from '../../plan/units.ts';
import { askAt } from '../ask.ts';
import type { CliContext } from '../context.ts';
import type { TimingsWish } from '../timings-option.ts';
import { unreachableLines } from '../unreachable.ts';

/** What drifted on one node, or why it could not be looked at. */
export type CheckedDrift = { readonly node: string } & ({ readonly drift: Drift } | { readonly error: ConcError });

/** Reads every file that conc placed on the nodes: of what serves, or `all`. */
export const checkDrift = (
  nodes: readonly NodeSettings[],
  all: boolean,
  context: CliContext,
  { observe }: TimingsWish,
): Promise<CheckedDrift[]> =>
  each(nodes, 16, async (settings): Promise<CheckedDrift> => {
    const node = settings.name;
    try {
      return await withNode(settings, { ask: askAt(context), observe }, async (open) => ({
        node,
        drift: await askDrift(open, { all, thorough: true }),
      }));
    } catch (error) {
      if (error instanceof ConcError) return { node, error };
      throw error;
    }
  });

export const hasDrifted = (checked: CheckedDrift): boolean =>
  'error' in checked || checked.drift.differences.length > 0;

/** `{node, releases, entries, files, differences: [{path, what, text}], error}` */
export const driftJson = (checked: CheckedDrift): object =>
  'error' in checked
    ? { node: checked.node, releases: [], entries: 0, files: 0, differences: [], error: checked.error.toJSON() }
    : { node: checked.node, ...checked.drift, error: null };

/** So many are shown of one node. */
const shown = 30;

export function driftLines(checked: CheckedDrift): string[] {
  const { node } = checked;
  if ('error' in checked) return unreachableLines(node, checked.error);
  const { releases, entries, files, differences } = checked.drift;
  const [first] = releases;
  if (first === undefined && differences.length === 0) return [`${node} has no release that serves`];
  const of = releases.length > 1 ? `${releases.length} releases` : (first ?? 'no release');
  const looked = `${of}: ${countOf(files, 'file')}, those of ${countOf(entries, 'wheel')} in the store among them`;
  if (differences.length === 0) return [`${node} is as it was installed. ${looked}`];
  const more = differences.length - shown;
  return [
    `${node} has drifted: ${countOf(differences.length, 'difference')}. ${looked}`,
    ...differences.slice(0, shown).map(({ path, text }) => `  ${path} ${text}`),
    ...(more > 0 ? [`  and ${more} more: --json names them`] : []),
  ];
}
