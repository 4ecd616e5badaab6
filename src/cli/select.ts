import { findConfig } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';
import { selectNodes } from '../config/nodes.ts';
import { settingsOf } from '../config/settings.ts';
import type { NodeSettings } from '../config/types.ts';
import type { CliContext, CommonOptions } from './context.ts';

/** The nodes that a command line names, evaluated. A name that matches nothing is an error. */
export function selectSettings(words: readonly string[], options: CommonOptions, context: CliContext): NodeSettings[] {
  const config = loadConfig(findConfig(context.cwd, options.config));
  return selectNodes(config, words).map((node) => settingsOf(config, node));
}
