import { evaluateWhatCan, type PartlyEvaluated } from './evaluate.ts';
import { processName } from './keys.ts';
import { namesOf } from './names.ts';
import { ConfigError } from './problem.ts';
import type { Attribute, Config, NodeAttributes } from './types.ts';
import { isYes } from './values.ts';

/** A process that runs on one node only, as one of its nodes sees it. */
export interface Singleton {
  readonly process: string;
  /** Where `process.NAME.singleton` is written. */
  readonly key: Attribute;
  /** The nodes that take it from there, this one among them; in the order of the file. */
  readonly nodes: readonly string[];
  /** Those of them that would run it. One, or conc.ini is wrong. */
  readonly homes: readonly string[];
}

/**
 * The singletons of a node. Nodes that take the key from the same section are the same set: it may stand in a group for
 * production and in another one for staging. The only node of a set runs it; of several the one with `once = yes`.
 */
export function singletonsOf(config: Config, { node, attributes }: NodeAttributes): Singleton[] {
  return [...attributes.values()].flatMap((key) => {
    const process = processName(key.key);
    if (process === undefined || !isSingleton(key)) return [];
    return [{ process, key, ...(setsOf(config).get(setName(key, attributes)) ?? { nodes: [node], homes: [node] }) }];
  });
}

const isSingleton = ({ key, value }: Attribute): boolean => key.endsWith('.singleton') && isYes(value);

type Sharing = Pick<Singleton, 'nodes' | 'homes'>;

/** Nodes with the same name share a singleton: the same key, of the same section, of the same application. */
const setName = ({ key, source }: Attribute, attributes: NodeAttributes['attributes']): string =>
  JSON.stringify([key, source.section, attributes.get('app')?.value]);

const known = new WeakMap<Config, ReadonlyMap<string, Sharing>>();

/** Gathered once, so that many nodes cost what they are, and not their square. */
function setsOf(config: Config): ReadonlyMap<string, Sharing> {
  const found = known.get(config) ?? gathered(everyNode(config));
  known.set(config, found);
  return found;
}

function gathered(nodes: readonly NodeAttributes[]): ReadonlyMap<string, Sharing> {
  const members = new Map<string, NodeAttributes[]>();
  for (const each of nodes) {
    for (const key of each.attributes.values()) {
      if (processName(key.key) === undefined || !isSingleton(key)) continue;
      const name = setName(key, each.attributes);
      const set = members.get(name);
      if (set === undefined) members.set(name, [each]);
      else set.push(each);
    }
  }
  return new Map([...members].map(([name, set]) => [name, sharing(set)]));
}

function sharing(set: readonly NodeAttributes[]): Sharing {
  const nodes = set.map(({ node }) => node);
  const claims = set.filter(({ attributes }) => isYes(attributes.get('once')?.value ?? 'no'));
  return { nodes, homes: nodes.length === 1 ? nodes : claims.map(({ node }) => node) };
}

/** Those whose groups are known: what is wrong with others is told elsewhere. */
const everyNode = (config: Config): readonly PartlyEvaluated[] =>
  namesOf(config, 'node').flatMap((node) => evaluated(config, node));

function evaluated(config: Config, node: string): PartlyEvaluated[] {
  try {
    return [evaluateWhatCan(config, node)];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
