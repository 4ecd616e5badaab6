import { ConcError } from '../../errors/conc-error.ts';
import { didYouMean } from '../../errors/suggest.ts';
import { normalizeName } from '../standards/names.ts';
import type { DependencyGroups } from './pyproject.ts';

/**
 * The requirements of a dependency group, `include-group` followed (PEP 735). ConcError `project.no-group`,
 * `project.group-cycle`.
 */
export function groupRequirements(groups: DependencyGroups, name: string, within: readonly string[] = []): string[] {
  const wanted = normalizeName(name);
  if (within.includes(wanted)) throw cycle([...within, wanted]);
  const found = Object.entries(groups).find(([each]) => normalizeName(each) === wanted);
  if (found === undefined) throw unknown('dependency group', name, Object.keys(groups), 'project.no-group');
  const lines = found[1].flatMap((each) =>
    typeof each === 'string' ? [each] : groupRequirements(groups, each['include-group'], [...within, wanted]),
  );
  return [...new Set(lines)];
}

export const hasGroup = (groups: DependencyGroups, name: string): boolean =>
  Object.keys(groups).some((each) => normalizeName(each) === normalizeName(name));

/**
 * The requirements of extras; one that names the project itself, such as `shop[images]`, stands for those extras.
 * ConcError `project.no-extra`.
 */
export function extraRequirements(
  project: string,
  extras: Readonly<Record<string, readonly string[]>>,
  names: readonly string[],
): string[] {
  const lines = new Set<string>();
  const done = new Set<string>();
  const todo = [...names];
  for (let name = todo.shift(); name !== undefined; name = todo.shift()) {
    const wanted = normalizeName(name);
    if (done.has(wanted)) continue;
    done.add(wanted);
    const found = Object.entries(extras).find(([each]) => normalizeName(each) === wanted);
    if (found === undefined) throw unknown('extra', name, Object.keys(extras), 'project.no-extra');
    for (const line of found[1]) {
      const own = ownExtras(line, project);
      if (own === null) lines.add(line);
      else todo.push(...own);
    }
  }
  return [...lines];
}

/** Of `shop[a,b]` within shop: a and b; null: another package. Behind a marker it stays what it is, for the resolver to judge. */
function ownExtras(line: string, project: string): string[] | null {
  const [, name = '', extras = ''] = /^\s*([A-Za-z0-9._-]+)\s*\[([^\]]*)\]\s*$/.exec(line) ?? [];
  return normalizeName(name) === project ? extras.split(',').map((each) => each.trim()) : null;
}

function unknown(kind: string, name: string, known: readonly string[], code: string): ConcError {
  return new ConcError({
    code,
    message: `pyproject.toml has no ${kind} "${name}"`,
    hint: didYouMean(name, known, `Those that it has`) ?? `It has none. conc.ini names it in a lock.… key`,
    exit: 2,
  });
}

function cycle(names: readonly string[]): ConcError {
  return new ConcError({
    code: 'project.group-cycle',
    message: `Dependency groups of pyproject.toml include each other: ${names.join(' → ')}`,
    exit: 2,
  });
}
