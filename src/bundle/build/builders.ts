import { buildsFor } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { BuildTools } from './build-wheel.ts';
import type { FarBuilders } from './far-builders.ts';
import type { WheelBuilder, WheelSource } from './wheel-builder.ts';

/** Everything that can build, what it builds with, and what was built. */
export interface Builders {
  /** Of this machine, in the order of preference; at least one. */
  readonly near: readonly WheelBuilder[];
  readonly far: FarBuilders;
  readonly tools: BuildTools;
  /** Told of each wheel that goes into the bundle. */
  readonly onBuilt: (built: BuiltHere) => void;
}

/** A wheel that was built, and how: enough to build it again. */
export interface BuiltHere {
  readonly source: WheelSource;
  readonly builder: WheelBuilder;
  readonly path: string;
}

/** Those that make wheels of a target's kind, this machine's own first; a `[builder NAME]` is reached only when it is asked for. */
export async function* buildersFor({ near, far }: Builders, target: TargetSpec): AsyncGenerator<WheelBuilder> {
  const here = near.filter((builder) => buildsFor(builder, target));
  yield* here;
  for (const builder of await far.open()) {
    const known = here.some(({ spec }) => spec.name === builder.spec.name);
    if (buildsFor(builder, target) && !known) yield builder;
  }
}
