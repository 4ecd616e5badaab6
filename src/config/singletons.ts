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
    const set = everyNode(config).filter((other) => other.node === node || takesIt(other, key, attributes));
    const claims = set.filter((each) => isYes(each.attributes.get('once')?.value ?? 'no'));
    const nodes = set.map((each) => each.node);
    return [{ process, key, nodes, homes: nodes.length === 1 ? nodes : claims.map((each) => each.node) }];
  });
}

const isSingleton = ({ key, value }: Attribute): boolean => key.endsWith('.singleton') && isYes(value);

function takesIt(other: NodeAttributes, key: Attribute, own: NodeAttributes['attributes']): boolean {
  const theirs = other.attributes.get(key.key);
  if (theirs === undefined || !isSingleton(theirs) || theirs.source.section !== key.source.section) return false;
  return other.attributes.get('app')?.value === own.get('app')?.value;
}

const known = new WeakMap<Config, readonly PartlyEvaluated[]>();

/** Those whose groups are known: what is wrong with others is told elsewhere. */
function everyNode(config: Config): readonly PartlyEvaluated[] {
  const found = known.get(config) ?? namesOf(config, 'node').flatMap((node) => evaluated(config, node));
  known.set(config, found);
  return found;
}

function evaluated(config: Config, node: string): PartlyEvaluated[] {
  try {
    return [evaluateWhatCan(config, node)];
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}
