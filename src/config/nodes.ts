import { ConcError } from '../errors/conc-error.ts';
import { groupsOf } from './groups.ts';
import { namedSection, namesOf } from './names.ts';
import type { Config } from './types.ts';

/** In the order of the file. */
export function nodeNames(config: Config): string[] {
  return namesOf(config, 'node');
}

/** In the order of the file. */
export function groupNames(config: Config): string[] {
  return namesOf(config, 'group');
}

/** In the order of the file. */
export function builderNames(config: Config): string[] {
  return namesOf(config, 'builder');
}

/**
 * What `NODE…` on a command line means: names, `@GROUP`, `@all`; each node once, in the order of the file.
 * What matches nothing is an error (exit 2) with a suggestion.
 */
export function selectNodes(config: Config, args: readonly string[]): string[] {
  const chosen = new Set<string>();
  for (const arg of args) for (const node of matching(config, arg)) chosen.add(node);
  return nodeNames(config).filter((node) => chosen.has(node));
}

function matching(config: Config, arg: string): string[] {
  if (!arg.startsWith('@')) {
    namedSection(config, 'node', arg);
    return [arg];
  }
  const all = nodeNames(config);
  if (arg === '@all') {
    if (all.length > 0) return all;
    throw nothing(`${config.shown} has no node`, 'Add a section [node NAME]');
  }
  const group = arg.slice(1);
  namedSection(config, 'group', group);
  const nodes = all.filter((node) => groupsOf(config, node).includes(group));
  if (nodes.length > 0) return nodes;
  throw nothing(`No node of ${config.shown} takes the group ${group}`, `Write groups = ${group} into a [node NAME]`);
}

function nothing(message: string, hint: string): ConcError {
  return new ConcError({ code: 'config.no-nodes', message, hint, exit: 2 });
}
