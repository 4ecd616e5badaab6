import type { BuilderSettings } from '../config/types.ts';
import type { Target } from './types.ts';

/** Where the interpreter of a node or a builder is reached. */
export function targetOf(settings: BuilderSettings): Target {
  const { name: node, python, ssh } = settings;
  return ssh === undefined ? { kind: 'popen', node, python } : { kind: 'ssh', node, python, ssh };
}
