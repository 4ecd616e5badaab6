import { basename } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { fits } from '../choose.ts';
import type { WheelLinks } from '../elf/wheel-needs.ts';
import { buildsFor } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { ReadWheel } from '../wheel/read-wheel.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import { buildWheel } from './build-wheel.ts';
import type { Builders } from './builders.ts';
import { buildersFor } from './builders.ts';
import type { WheelBuilder, WheelSource } from './wheel-builder.ts';

/** A wheel that was built here. */
export interface BuiltWheel {
  readonly file: string;
  readonly path: string;
  readonly targets: readonly TargetSpec[];
}

/**
 * Builds a source for every target: a pure wheel once, compiled code with an interpreter of each target's kind, here or on
 * a builder. ConcError `build.no-fit` names every target that none of the wheels runs on, and why.
 */
export async function buildFor(
  source: WheelSource,
  targets: readonly TargetSpec[],
  builders: Builders,
): Promise<readonly BuiltWheel[]> {
  const built: Candidate[] = [];
  const problems = new Map<TargetSpec, string>();
  // This machine's own kinds first: pure code is for every other too, and no builder is asked. Then the oldest libc: what
  // is built for it serves the others of its kind, and one name stands for one wheel.
  const isOther = (target: TargetSpec): number => Number(!builders.near.some((near) => buildsFor(near, target)));
  for (const target of targets.toSorted((a, b) => isOther(a) - isOther(b) || byLibc(a, b))) {
    const fitting = await wheelFor(target, source, built, builders);
    if (typeof fitting === 'string') problems.set(target, `${target.name}: ${fitting}`);
    else fitting.targets.push(target);
  }
  if (problems.size > 0) {
    const inOrder = targets.flatMap((target) => problems.get(target) ?? []);
    throw noFit(source, inOrder, builders);
  }
  const used = built.filter((wheel) => wheel.targets.length > 0);
  for (const { path, builder } of used) builders.onBuilt({ source, builder, path });
  return used;
}

function byLibc(a: TargetSpec, b: TargetSpec): number {
  const [[major, minor], [otherMajor, otherMinor]] = [a.libc.version ?? [0, 0], b.libc.version ?? [0, 0]];
  return major - otherMajor || minor - otherMinor;
}

interface Candidate {
  readonly path: string;
  readonly file: string;
  readonly read: ReadWheel;
  readonly builder: WheelBuilder;
  readonly targets: TargetSpec[];
}

/** The first wheel that runs on a target: of those that were built already, then of every builder of its kind. Or why none does. */
async function wheelFor(
  target: TargetSpec,
  source: WheelSource,
  built: Candidate[],
  builders: Builders,
): Promise<Candidate | string> {
  const fitting = built.filter(({ file, read }) => misfit(file, read, target) === null);
  const there = fitting.find((wheel) => wheel.targets.length > 0) ?? fitting[0];
  if (there !== undefined) return there;
  const problems: string[] = [];
  const attempt = async (builder: WheelBuilder): Promise<Candidate | null> => {
    const made = await candidate(source, builder, built, builders);
    const problem = misfit(made.file, made.read, target);
    if (problem !== null) problems.push(problem);
    return problem === null ? made : null;
  };
  for await (const builder of buildersFor(builders, target)) {
    const found = await attempt(builder);
    if (found !== null) return found;
  }
  const [first] = built;
  const [any] = builders.near;
  // Nobody is of its kind. Whether that matters is known once something was built: pure code runs everywhere.
  if (problems.length === 0 && first === undefined && any !== undefined) {
    const found = await attempt(any);
    if (found !== null) return found;
  } else if (problems.length === 0 && first !== undefined) {
    problems.push(misfit(first.file, first.read, target) ?? '');
  } else return problems.join('; ');
  return `${problems.join('; ')}; no interpreter of that kind is here`;
}

async function candidate(
  source: WheelSource,
  builder: WheelBuilder,
  built: Candidate[],
  { tools }: Builders,
): Promise<Candidate> {
  const path = await buildWheel(source, builder, tools);
  const known = built.find((other) => other.path === path);
  if (known !== undefined) return known;
  const file = basename(path);
  const made = { path, file, read: await readWheel(path, file), builder, targets: [] };
  built.push(made);
  return made;
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

const noFit = ({ what }: WheelSource, problems: readonly string[], { far }: Builders): ConcError =>
  new ConcError({
    code: 'build.no-fit',
    message: `${what} has compiled code, and what was built here doesn't run on every target`,
    hint: 'Name a machine with the targets’ Python and a glibc that is no newer, as a [builder NAME] in conc.ini; or take a version that has wheels for them',
    evidence: [...problems, ...far.problems()],
    exit: 2,
  });
