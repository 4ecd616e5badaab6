import type { NodeSettings } from '../config/types.ts';
import type { Target } from './types.ts';

/** Where a node's interpreter is reached. */
export function targetOf(settings: NodeSettings): Target {
  const { name: node, python, ssh } = settings;
  return ssh === undefined ? { kind: 'popen', node, python } : { kind: 'ssh', node, python, ssh };
}
