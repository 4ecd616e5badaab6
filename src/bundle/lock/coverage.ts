import { ConcError } from '../../errors/conc-error.ts';
import type { Interpreter } from '../interpreters.ts';
import { buildsFor } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { Backend } from './backend.ts';

/** The interpreter to resolve with, and the targets that its resolution serves. */
export function coverage(
  backend: Backend,
  builders: readonly Interpreter[],
  targets: readonly TargetSpec[],
): { builder: Interpreter; covered: readonly TargetSpec[] } {
  const builder = builders.find((each) => targets.some((target) => buildsFor(each, target)));
  const [any] = builders;
  if (backend.universal && any !== undefined) return { builder: builder ?? any, covered: targets };
  if (builder !== undefined) return { builder, covered: targets.filter((target) => buildsFor(builder, target)) };
  throw new ConcError({
    code: 'lock.no-interpreter',
    message: `pip locks only for an interpreter that is here, and none is like ${targets.map(({ name }) => name).join(', ')}`,
    hint: 'Install uv, which locks for any; or a Python of that version',
    evidence: builders.map(({ command, spec }) => `${command} is ${spec.name}`),
    exit: 2,
  });
}

export const lowest = (versions: readonly TargetSpec['python'][]): TargetSpec['python'] =>
  versions.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0] ?? [3, 8, 0];

/** What is said of the targets that pip leaves. */
export const onlyThis = (covered: readonly TargetSpec[], left: readonly TargetSpec[]): string =>
  `pip locks for ${covered.map(({ name }) => name).join(', ')} only; nothing is locked for ${left.map(({ name }) => name).join(', ')}. uv locks for all of them`;
