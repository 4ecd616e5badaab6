import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import type { Project } from '../../prepare/wanted.ts';
import type { CliContext } from '../context.ts';
import { findBundle } from '../find-bundle.ts';
import { projectFolder } from '../project-folder.ts';
import { selectSettings } from '../select.ts';
import type { SudoOptions } from '../sudo-option.ts';

export interface PrepareOptions extends SudoOptions {
  readonly check?: true;
  readonly apply?: true;
  readonly login?: string;
  readonly key?: string;
  readonly bundle?: string;
  readonly yes?: readonly string[];
}

/** What the project has beside its config. A machine can be prepared before anything was built. */
export async function projectOf(
  nodes: readonly NodeSettings[],
  options: PrepareOptions,
  context: CliContext,
): Promise<Project> {
  const all = selectSettings(['@all'], options, context);
  const once = all.find((node) => node.once) ?? (all.length === 1 ? all[0] : undefined);
  return {
    folder: projectFolder(options, context),
    sequence: await sequenceIn(nodes, options, context),
    once: once?.name ?? null,
  };
}

async function sequenceIn(
  nodes: readonly NodeSettings[],
  options: PrepareOptions,
  context: CliContext,
): Promise<Project['sequence']> {
  try {
    const bundle = await findBundle(nodes, options, context);
    await bundle.close();
    return bundle.manifest.sequence;
  } catch (error) {
    if (error instanceof ConcError && ['bundle.none', 'bundle.stale'].includes(error.code)) return null;
    throw error;
  }
}
