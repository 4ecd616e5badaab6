import type { NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import type { FactsOf, Interpreter } from '../interpreters.ts';
import { findInterpreters } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { Backend } from './backend.ts';

/** The interpreter that starts pip or uv: that of a node on this machine, or `python3`. */
export const builderCommand = (nodes: readonly NodeSettings[]): string =>
  nodes.find(({ gateway }) => gateway === 'popen')?.python ?? 'python3';

/** The interpreters of this machine that could build: those of its nodes, then one for each target's version. ConcError `build.no-python`. */
export async function findBuilders(
  nodes: readonly NodeSettings[],
  targets: readonly TargetSpec[],
  backend: Backend,
  factsOf: FactsOf,
): Promise<readonly Interpreter[]> {
  const local = nodes.filter(({ gateway }) => gateway === 'popen').map(({ python }) => python);
  const versions = [...new Set(targets.map(({ python: [major, minor] }) => `${major}.${minor}`))];
  const near = await findInterpreters([...local, 'python3', ...versions.map((version) => `python${version}`)], factsOf);
  const missing = versions.filter((version) => !near.some(({ spec }) => spec.python.slice(0, 2).join('.') === version));
  const told = await Promise.all(missing.map((version) => backend.findPython(version)));
  const more = await findInterpreters(
    told.filter((path) => path !== null),
    factsOf,
  );
  if (near.length + more.length > 0) return [...near, ...more];
  throw new ConcError({
    code: 'build.no-python',
    message: 'There is no Python 3.8 or newer on this machine: something has to build',
    hint: 'Install python3, or name one: python = … of a node with gateway = popen',
    exit: 2,
  });
}
