import { dirname, join, resolve } from 'node:path';
import { findConfig } from '../config/find.ts';
import type { CliContext, CommonOptions } from './context.ts';

/** Where a node is mounted: the folder that was named, or `.conc/mnt/NODE` beside conc.ini. */
export function mountFolder(
  node: string,
  folder: string | undefined,
  options: CommonOptions,
  context: CliContext,
): string {
  if (folder !== undefined) return resolve(context.cwd, folder);
  return join(dirname(findConfig(context.cwd, options.config)), '.conc', 'mnt', node);
}
