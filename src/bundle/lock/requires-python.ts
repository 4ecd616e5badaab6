import { ConcError } from '../../errors/conc-error.ts';
import { satisfies } from '../standards/specifier.ts';
import type { TargetSpec } from '../types.ts';
import type { Project } from './project.ts';

/** Refuses a project whose `requires-python` excludes a target. ConcError `lock.requires-python` names all of them. */
export function refuseExcluded(
  { file, requiresPython }: Pick<Project, 'file' | 'requiresPython'>,
  targets: readonly TargetSpec[],
): void {
  if (requiresPython === null) return;
  const excluded = targets.flatMap((target) => {
    const version = target.markers.python_full_version ?? target.python.join('.');
    if (satisfies(version, requiresPython) !== false) return [];
    return [{ target, words: `${target.name} has ${version}: ${target.nodes.join(', ')}` }];
  });
  const [first] = excluded;
  if (first === undefined) return;
  const [node = 'NODE'] = first.target.nodes;
  throw new ConcError({
    code: 'lock.requires-python',
    message: `${file} asks for Python ${requiresPython}, and ${excluded.length === 1 ? 'a target has' : `${excluded.length} targets have`} another`,
    hint: `Widen requires-python; or name another interpreter of those nodes (python = … in conc.ini), and record it: conc check ${node} --record`,
    evidence: excluded.map(({ words }) => words),
    state: 'the lock is as it was',
    exit: 2,
  });
}
