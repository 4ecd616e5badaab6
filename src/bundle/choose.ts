import { ConcError } from '../errors/conc-error.ts';
import type { Lock, LockedFile, LockedPackage } from './lock/pylock.ts';
import { evaluateMarker } from './standards/marker.ts';
import { satisfies } from './standards/specifier.ts';
import { supportedTags } from './standards/tags.ts';
import { bestWheel } from './standards/wheel-name.ts';
import type { TargetSpec } from './types.ts';

/** A package of a lock that a target gets: by a wheel that fits, or by one that must be built of its sdist. */
export interface Choice {
  readonly package: LockedPackage;
  readonly wheel: LockedFile | null;
}

/**
 * What each target gets of a lock, by marker, Requires-Python and tags. ConcError `lock.no-fit` names everything that
 * is missing for any target, at once.
 */
export function chooseFor(lock: Lock, targets: readonly TargetSpec[]): ReadonlyMap<TargetSpec, readonly Choice[]> {
  const chosen = targets.map((target) => ({ target, ...choose(lock, target) }));
  const missing = chosen.flatMap((each) => each.missing);
  if (missing.length === 0) return new Map(chosen.map(({ target, choices }) => [target, choices]));
  throw new ConcError({
    code: 'lock.no-fit',
    message: `The lock has nothing that fits for ${missing.length === 1 ? 'one package' : `${missing.length} packages`}`,
    hint: 'Allow another version of them, leave them out by a marker, or take the target out of conc.targets.json',
    evidence: missing,
    exit: 2,
  });
}

/** Is everything of a target's machine there: does a wheel of these tags run on it? */
export const fits = (target: TargetSpec, file: string): boolean =>
  bestWheel([{ file }], supportedTags(target)) !== undefined;

function choose(lock: Lock, target: TargetSpec): { choices: readonly Choice[]; missing: readonly string[] } {
  const tags = supportedTags(target);
  const choices = new Map<string, Choice>();
  const missing: string[] = [];
  for (const each of lock.packages) {
    if (each.marker !== null && !evaluateMarker(each.marker, { variables: target.markers })) continue;
    const { name, version, requiresPython, sdist } = each;
    const wheel = bestWheel(each.wheels, tags) ?? null;
    const full = target.markers.python_full_version ?? target.python.join('.');
    if (requiresPython !== null && satisfies(full, requiresPython) === false) {
      missing.push(`${name} ${version} needs Python ${requiresPython}; ${target.name} has ${full}`);
    } else if (choices.has(name)) {
      missing.push(
        `${name} is locked in two versions for ${target.name}: ${choices.get(name)?.package.version} and ${version}`,
      );
    } else if (wheel === null && sdist === null) {
      missing.push(`${name} ${version} has no wheel for ${target.name}, and no sdist`);
    } else choices.set(name, { package: each, wheel });
  }
  return { choices: [...choices.values()], missing };
}
