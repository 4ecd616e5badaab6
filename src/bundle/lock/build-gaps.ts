import type { BuilderSettings } from '../../config/types.ts';
import { chooseFor } from '../choose.ts';
import type { Interpreter } from '../interpreters.ts';
import { buildsFor } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { LockedPackage } from './pylock.ts';

/**
 * What some target can only get from an sdist while nobody here builds for its kind, a line for each package. Whether its
 * code is compiled shows only when it is built: a warning. With a builder in conc.ini that is left to it.
 */
export function buildGaps(
  packages: readonly LockedPackage[],
  targets: readonly TargetSpec[],
  near: readonly Interpreter[],
  far: readonly BuilderSettings[],
): string[] {
  if (far.length > 0) return [];
  const gaps = new Map<string, string[]>();
  for (const [target, choices] of chooseFor({ packages, record: null }, targets)) {
    if (near.some((builder) => buildsFor(builder, target))) continue;
    for (const { package: each, wheel } of choices) {
      const what = `${each.name} ${each.version}`;
      if (wheel === null) gaps.set(what, [...(gaps.get(what) ?? []), target.name]);
    }
  }
  return [...gaps].map(
    ([what, names]) =>
      `${what} has no wheel for ${names.join(', ')}. If it has compiled code, conc build needs a [builder NAME] of that kind`,
  );
}
