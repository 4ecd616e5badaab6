import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import type { FactsOf } from '../interpreters.ts';
import { readTargets, recordTarget } from '../targets.ts';
import type { TargetSpec } from '../types.ts';

/** The recorded targets. Nodes on this machine are recorded now; the others are named, they must be asked. */
export async function knownTargets(
  folder: string,
  nodes: readonly NodeSettings[],
  factsOf: FactsOf,
): Promise<{ targets: readonly TargetSpec[]; warnings: string[] }> {
  const recorded = new Set((await readTargets(folder)).flatMap((target) => target.nodes));
  const unknown = nodes.filter(({ name }) => !recorded.has(name));
  for (const { name, python } of unknown.filter(({ gateway }) => gateway === 'popen')) {
    await recordTarget(folder, await factsOf(python), name);
  }
  const far = unknown.filter(({ gateway }) => gateway === 'ssh').map(({ name }) => name);
  const targets = await readTargets(folder);
  if (targets.length === 0) {
    throw new ConcError({
      code: 'lock.no-target',
      message: 'It is not known yet for which interpreters and machines to lock',
      hint: `Record what your nodes are: conc check ${far[0] ?? 'NODE'} --record`,
      exit: 2,
    });
  }
  const warnings = far.map(
    (name) => `${name} has no target yet. If it is unlike the others: conc check ${name} --record`,
  );
  return { targets, warnings };
}
