import { resolve } from 'node:path';
import { lockChoice } from '../bundle/lock/choice.ts';
import { newestBundle } from '../bundle/newest.ts';
import { openBundle } from '../bundle/open.ts';
import type { Bundle } from '../bundle/types.ts';
import type { NodeSettings } from '../config/types.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { projectFolder } from './project-folder.ts';

/** `--bundle FILE`, or the newest bundle that was built from what is here. */
export async function findBundle(
  nodes: readonly NodeSettings[],
  options: CommonOptions & { readonly bundle?: string },
  context: CliContext,
): Promise<Bundle> {
  if (options.bundle !== undefined) return openBundle(resolve(context.cwd, options.bundle));
  const wanted = { app: nodes[0]?.app ?? '', lock: lockChoice(nodes), jobs: nodes[0]?.jobs ?? null };
  return newestBundle(projectFolder(options, context), wanted);
}
