import { ConcError } from '../../errors/conc-error.ts';
import type { FoundProject } from '../project.ts';
import type { FileChange } from '../types.ts';
import type { Requirements } from './types.ts';

/**
 * The change that names what serving needs and nothing names yet. null: nothing is missing, or it goes into the
 * pyproject.toml that is about to be written. ConcError `init.requirements`: a person has to write it.
 */
export function addRequirements(
  project: FoundProject,
  requirements: Requirements | null,
  missing: readonly string[],
  served: readonly string[],
): FileChange | null {
  if (missing.length === 0) return null;
  const why = `+ ${missing.join(', ')}: needed to serve it, and not named before`;
  const change = requirements?.add(missing, why) ?? null;
  if (change !== null || (requirements === null && !project.buildable)) return change;
  const file = requirements?.file ?? (project.setupPy === null ? 'pyproject.toml' : 'setup.py');
  throw new ConcError({
    code: 'init.requirements',
    message: `To serve ${served.join(' and ')}, the project must require ${missing.join(' and ')}: that can't be written into ${file} by a program`,
    hint: `Add ${missing.join(' and ')} to its requirements, then conc init again`,
    state: 'Nothing was changed',
    exit: 2,
  });
}
