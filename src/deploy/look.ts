import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Survey } from '../release/types.ts';
import { each } from './each.ts';
import { type OpenOptions, withNode } from './open.ts';

/** What was seen of a node, or why nothing could be. */
export type Look =
  | { readonly settings: NodeSettings; readonly survey: Survey }
  | { readonly settings: NodeSettings; readonly error: ConcError };

/** Looks at several nodes at once; one that can't be reached doesn't hide the others. */
export const lookAt = (nodes: readonly NodeSettings[], opening: OpenOptions): Promise<Look[]> =>
  each(nodes, 16, async (settings): Promise<Look> => {
    try {
      return await withNode(settings, opening, async ({ survey }) => ({ settings, survey }));
    } catch (error) {
      if (error instanceof ConcError) return { settings, error };
      throw error;
    }
  });
