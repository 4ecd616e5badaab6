import type { Problem } from '../types.ts';
import type { NodeView } from './view.ts';

/** Static files are collected, or are there. */
export function staticProblems({ attributes, problem }: NodeView): Problem[] {
  const folder = attributes.get('static.folder');
  if (folder === undefined || !attributes.has('static.command')) return [];
  const message = 'static.folder: static.command is there too, which leaves them in a folder of their own';
  return [problem('config.bad-value', folder, message, 'Remove one of the two')];
}
