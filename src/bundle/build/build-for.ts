import { basename } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { fits } from '../choose.ts';
import type { WheelLinks } from '../elf/wheel-needs.ts';
import type { Interpreter } from '../interpreters.ts';
import { buildsFor } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { ReadWheel } from '../wheel/read-wheel.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { BuildTools, WheelSource } from './build-wheel.ts';
import { buildWheel } from './build-wheel.ts';

/** A wheel that was built here. */
export interface BuiltWheel {
  readonly file: string;
  readonly path: string;
  readonly targets: readonly TargetSpec[];
}

/**
 * Builds a source for every target: a pure wheel once, compiled code with an interpreter of each target's kind.
 * ConcError `build.no-fit` names every target that none of the wheels runs on, and why.
 */
export async function buildFor(
  source: WheelSource,
  targets: readonly TargetSpec[],
  builders: readonly Interpreter[],
  tools: BuildTools,
): Promise<readonly BuiltWheel[]> {
  const built: { path: string; file: string; read: ReadWheel; targets: TargetSpec[] }[] = [];
  const problems: string[] = [];
  for (const target of targets) {
    let wheel = built.find(({ file, read }) => misfit(file, read, target) === null);
    const like = builders.find((each) => buildsFor(each, target));
    const builder = like ?? (built.length === 0 ? builders[0] : undefined);
    if (wheel === undefined && builder !== undefined) {
      const path = await buildWheel(source, builder, tools);
      wheel = { path, file: basename(path), read: await readWheel(path, basename(path)), targets: [] };
      if (!built.some((other) => other.path === path)) built.push(wheel);
    }
    const [first] = built;
    const judged = wheel ?? first;
    const problem = judged === undefined ? 'nothing could build it' : misfit(judged.file, judged.read, target);
    if (problem === null) wheel?.targets.push(target);
    else
      problems.push(`${target.name}: ${problem}${like === undefined ? '; no interpreter of that kind is here' : ''}`);
  }
  if (problems.length === 0) return built.filter((wheel) => wheel.targets.length > 0);
  throw new ConcError({
    code: 'build.no-fit',
    message: `${source.what} has compiled code, and what was built here doesn't run on every target`,
    hint: 'Build on a machine with the targets’ Python and a glibc that is no newer, or take a version that has wheels for them',
    evidence: problems,
    exit: 2,
  });
}

/** Why a wheel that was built here doesn't run on a target; null: it does. */
function misfit(file: string, { links }: ReadWheel, target: TargetSpec): string | null {
  return fits(target, file) ? libcMisfit(file, links, target) : `${file} is not for it`;
}

/** Why the code in a wheel doesn't run with a target's libc; null: it does. */
export function libcMisfit(file: string, { glibc }: WheelLinks, target: TargetSpec): string | null {
  if (glibc === null) return null;
  const { kind, version } = target.libc;
  if (kind !== 'glibc' || version === null) return `${file} needs glibc, the target has ${kind}`;
  const enough = version[0] > glibc[0] || (version[0] === glibc[0] && version[1] >= glibc[1]);
  return enough ? null : `${file} needs glibc ${glibc.join('.')}, the target has ${version.join('.')}`;
}
