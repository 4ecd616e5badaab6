import { type Singleton, singletonsOf } from '../singletons.ts';
import type { Config, NodeAttributes, Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/** A process that runs on one node only: on which, and that it is one. */
export function singletonProblems(config: Config, node: NodeAttributes, view: NodeView): Problem[] {
  return singletonsOf(config, node).flatMap((singleton) => [
    ...homeProblems(singleton, view),
    ...countProblems(singleton, view),
  ]);
}

function homeProblems({ process, key, nodes, homes }: Singleton, { problem, whole }: NodeView): Problem[] {
  if (homes.length === 1 || !whole) return [];
  const where = `process.${process}.singleton`;
  const [message, hint] =
    homes.length === 0
      ? [
          `${where}: it would run nowhere, for none of ${nodes.join(', ')} says once = yes`,
          'Write once = yes into one [node NAME]',
        ]
      : [
          `${where}: it would run on ${homes.length} nodes, for ${homes.join(', ')} each say once = yes`,
          `Write that into one [node NAME] only; or, where they are different sets of nodes, ${where} into a group of each set`,
        ];
  return [problem('config.singleton', key, message, hint)];
}

function countProblems({ process }: Singleton, { attributes, problem }: NodeView): Problem[] {
  const count = attributes.get(`process.${process}.count`);
  if (count === undefined || Number(count.value) <= 1) return [];
  const message = `${count.key} = ${count.value}: a singleton is one process`;
  return [problem('config.singleton', count, message, `Remove it, or process.${process}.singleton`)];
}
