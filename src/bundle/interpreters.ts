import type { Facts } from '../gateway/types.ts';
import { targetOf } from './targets.ts';
import type { TargetSpec } from './types.ts';

/** Asks an interpreter of this machine what it is. Rejects where it can't be started. */
export type FactsOf = (python: string) => Promise<Facts>;

/** An interpreter of this machine, and what it is as a target. */
export interface Interpreter {
  /** As it is started: a path, or a name on PATH. */
  readonly command: string;
  readonly spec: TargetSpec;
}

/** Those of the commands that are interpreters, each kind once, in the order given. */
export async function findInterpreters(commands: readonly string[], factsOf: FactsOf): Promise<readonly Interpreter[]> {
  const found: Interpreter[] = [];
  for (const command of new Set(commands)) {
    const facts = await factsOf(command).catch(() => null);
    if (facts === null) continue;
    const spec = targetOf(facts, 'here');
    if (!found.some((other) => other.spec.name === spec.name)) found.push({ command, spec });
  }
  return found;
}

/** Does code that this interpreter compiles load in the target's? The libc's version is judged by the wheel itself. */
export function buildsFor({ spec }: Pick<Interpreter, 'spec'>, target: TargetSpec): boolean {
  return kind(spec) === kind(target);
}

const kind = ({ implementation, python, freeThreaded, abiflags, platform, libc }: TargetSpec): string =>
  [implementation, python[0], python[1], freeThreaded, abiflags, platform, libc.kind].join(' ');
