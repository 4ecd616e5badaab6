import { dirname } from 'node:path';
import { findConfig } from '../config/find.ts';
import type { CliContext, CommonOptions } from './context.ts';

/** Where conc.ini is. */
export const projectFolder = (options: CommonOptions, context: CliContext): string =>
  dirname(findConfig(context.cwd, options.config));
