import { groupsOf } from './groups.ts';
import { namedSection } from './names.ts';
import { ConfigError, throwErrors } from './problem.ts';
import { find, type Scope, sectionScopes, substitute } from './substitute.ts';
import type { Attribute, Config, NodeAttributes, NodeSettings, Problem, Written } from './types.ts';

/**
 * A node's attributes: DEFAULT, then its groups in the order listed, then its own keys, substituted on that merged
 * result. Throws ConfigError (exit 2) with every value of this node that can't be evaluated; other nodes don't matter.
 */
export function evaluate(config: Config, node: string): NodeAttributes {
  const { attributes, problems } = evaluateWhatCan(config, node);
  throwErrors(problems);
  return { node, attributes };
}

export interface PartlyEvaluated extends NodeAttributes {
  /** Keys that are there, but whose values can't be evaluated. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/** As evaluate, with the problems beside what is well. Throws only where the node's groups are not known. */
export function evaluateWhatCan(config: Config, node: string): PartlyEvaluated {
  const scope = nodeScope(config, node);
  const sections = sectionScopes(config);
  const attributes = new Map<string, Attribute>();
  const broken = new Set<string>();
  const problems: Problem[] = [];
  for (const written of scope.keys.values()) {
    try {
      const value = substitute(config, sections, scope, written);
      attributes.set(written.key, attribute(config, written, value));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      broken.add(written.key);
      problems.push(...error.problems);
    }
  }
  return { node, attributes, broken, problems };
}

/** One value of a node, or undefined; nothing else of it is evaluated but what that value names. */
export function evaluateKey(config: Config, node: string, key: string): string | undefined {
  const scope = nodeScope(config, node);
  const written = find(scope, key);
  return written && substitute(config, sectionScopes(config), scope, written);
}

/** What ops get: the attributes, and `name`, `host` (`localhost` without ssh) and `venv` (of a release, below root). */
export function deriveAttributes(
  { node, attributes }: NodeAttributes,
  { root, ssh }: NodeSettings,
  release: string,
): Record<string, string> {
  const values = [...attributes.values()].map(({ key, value }) => [key, value] as const);
  return {
    ...Object.fromEntries(values),
    name: node,
    host: ssh?.host ?? 'localhost',
    venv: `${root}/releases/${release}/venv`,
  };
}

function nodeScope(config: Config, node: string): Scope {
  const own = namedSection(config, 'node', node);
  const groups = groupsOf(config, node).map((name) => config.sections.get(`group ${name}`)?.keys);
  const keys = new Map<string, Written>(config.defaults.keys);
  for (const layer of [...groups, own.keys]) for (const [key, written] of layer ?? []) keys.set(key, written);
  return { name: own.name, keys, defaults: new Map(), done: new Map() };
}

function attribute(config: Config, { key, value: raw, line, section }: Written, value: string): Attribute {
  return { key, value, raw, source: { file: config.shown, line, section } };
}
