import { Command } from 'commander';
import { findConfig } from '../config/find.ts';
import { loadConfig } from '../config/load.ts';
import { groupNames, nodeNames } from '../config/nodes.ts';
import { ConcError } from '../errors/conc-error.ts';
import { builtinOps } from '../ops/builtin.ts';
import { ofSecretsAlone } from '../sequence/env.ts';
import { bundleActions } from './bundle-actions.ts';
import { commands } from './commands.ts';
import type { CliContext } from './context.ts';

/** The shells that `conc completion` writes for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/**
 * What may stand at the last of `words`, the command line from `conc` on: command names, options, names of nodes and groups,
 * jobs. Only what begins as the word does.
 */
export async function complete(words: readonly string[], context: CliContext): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(1, -1);
  const entry = commands.find(({ name }) => name === before.find((word) => !word.startsWith('-')));
  const candidates = await candidatesFor(entry, typed, before, context);
  return candidates.filter((candidate) => candidate.startsWith(typed));
}

async function candidatesFor(
  entry: (typeof commands)[number] | undefined,
  typed: string,
  before: readonly string[],
  context: CliContext,
): Promise<string[]> {
  if (entry === undefined) {
    return typed.startsWith('-') ? ['--help', '--version'] : commands.map(({ name }) => name);
  }
  if (before.at(-1) === '--until') return Object.keys(builtinOps).filter((name) => !ofSecretsAlone.includes(name));
  if (typed.startsWith('-')) {
    const command = new Command(entry.name);
    (await entry.load()).define(command, context);
    const own = command.options.map(({ long }) => long).filter((long) => long != null);
    return [...own, '--config', '--json', '--quiet', '--verbose', '--help'];
  }
  if (entry.actions !== undefined && before.filter((word) => !word.startsWith('-')).length === 1)
    return [...entry.actions];
  if (entry.takes === 'shell') return [...shells];
  // Files after that are the shell's own to offer.
  if (entry.takes === 'bundle')
    return before.filter((word) => !word.startsWith('-')).length === 1 ? [...bundleActions] : [];
  return entry.takes === 'nodes' ? nodesHere(before, context) : [];
}

/** Without a readable conc.ini there is nothing to offer, and nobody to tell. */
function nodesHere(before: readonly string[], context: CliContext): string[] {
  const at = before.indexOf('--config');
  try {
    const config = loadConfig(findConfig(context.cwd, at === -1 ? undefined : before[at + 1]));
    return [...nodeNames(config), ...groupNames(config).map((group) => `@${group}`), '@all'];
  } catch (error) {
    if (error instanceof ConcError) return [];
    throw error;
  }
}
