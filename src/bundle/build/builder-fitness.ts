import { z } from 'zod';
import type { Session } from '../../gateway/types.ts';
import { buildsFor } from '../interpreters.ts';
import { targetOf } from '../targets.ts';
import type { TargetSpec } from '../types.ts';

/** One thing that was looked at on a `[builder NAME]`. `unfit`: it can't do what it is there for. */
export interface BuilderFinding {
  readonly level: 'fit' | 'warning' | 'unfit';
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** What a builder compiles with, as its agent says. */
export const toolchainSchema = z.object({
  compiler: z.object({ name: z.string(), path: z.string().nullable() }),
  headers: z.object({ path: z.string(), found: z.boolean() }),
});
export type Toolchain = z.infer<typeof toolchainSchema>;

/** Can it build for the targets that are there? Looks only. */
export async function lookAtBuilder(
  session: Session,
  name: string,
  targets: readonly TargetSpec[],
): Promise<readonly BuilderFinding[]> {
  const channel = session.call('toolchain', {});
  const toolchain = toolchainSchema.parse(await channel.reply);
  return builderFitness(targetOf(session.facts, name), toolchain, targets);
}

export function builderFitness(
  spec: TargetSpec,
  { compiler, headers }: Toolchain,
  targets: readonly TargetSpec[],
): readonly BuilderFinding[] {
  const served = targets.filter((target) => buildsFor({ spec }, target));
  const older = served.filter((target) => isOlder(target.libc.version, spec.libc.version));
  const findings: (BuilderFinding | false)[] = [
    served.length > 0
      ? fit('builder.kind', `it is ${spec.name}, and builds for ${namesOf(served)}`)
      : unfit(
          'builder.no-target',
          `its python is ${spec.name}, and no target is of that kind: ${targets.length === 0 ? 'none is recorded' : namesOf(targets)}`,
          'name another interpreter there: python = …; or record what the nodes are: conc check @all --record',
        ),
    older.length > 0 && {
      level: 'warning',
      code: 'builder.newer-libc',
      message: `its ${spec.libc.kind} is newer than that of ${namesOf(older)}: what is compiled there may not run on them`,
      hint: 'A builder as old as the oldest node serves them all',
    },
    compiler.path === null
      ? unfit(
          'builder.no-compiler',
          `it has no compiler: ${compiler.name} is not on its PATH`,
          'on Debian: apt install gcc',
        )
      : fit('builder.compiler', `its compiler is ${compiler.path}`),
    headers.found
      ? fit('builder.headers', `Python's headers are in ${headers.path}`)
      : unfit('builder.no-headers', `Python.h is not in ${headers.path}`, 'on Debian: apt install python3-dev'),
  ];
  return findings.filter((finding) => finding !== false);
}

type Version = TargetSpec['libc']['version'];

const isOlder = (a: Version, b: Version): boolean =>
  a !== null && b !== null && (a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]));

const namesOf = (targets: readonly TargetSpec[]): string => targets.map(({ name }) => name).join(', ');

const fit = (code: string, message: string): BuilderFinding => ({ level: 'fit', code, message });
const unfit = (code: string, message: string, hint: string): BuilderFinding => ({
  ...{ level: 'unfit', code, message, hint },
});
