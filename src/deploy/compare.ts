import { z } from 'zod';
import type { Attribute, NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { type Difference, differences, type Seen } from './differences.ts';
import { each } from './each.ts';
import { type OpenOptions, withNode } from './open.ts';

/** One of two nodes that are compared, as conc.ini has it. */
export interface NodeAsWritten {
  readonly settings: NodeSettings;
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface Comparison {
  readonly nodes: readonly [string, string];
  readonly differences: readonly Difference[];
  /** Nodes that could not be looked at: of them only attributes are compared. */
  readonly errors: readonly { readonly node: string; readonly error: ConcError }[];
}

/** Looks at both nodes at once, and says how they differ. Nothing is changed. */
export async function compareNodes(
  nodes: readonly [NodeAsWritten, NodeAsWritten],
  opening: OpenOptions,
): Promise<Comparison> {
  const looks = await each(nodes, 2, ({ settings }) => look(settings, opening));
  const [first, second] = nodes.map(({ settings, attributes }, at) => {
    const seen = looks[at];
    return { node: settings.name, attributes, seen: seen === undefined || seen instanceof ConcError ? null : seen };
  });
  return {
    nodes: [nodes[0].settings.name, nodes[1].settings.name],
    differences: first === undefined || second === undefined ? [] : differences(first, second),
    errors: looks.flatMap((seen, at) =>
      seen instanceof ConcError ? [{ node: nodes[at]?.settings.name ?? '', error: seen }] : [],
    ),
  };
}

const systemShape = z.object({ os: z.string().nullable() });

async function look(settings: NodeSettings, opening: OpenOptions): Promise<Seen | ConcError> {
  try {
    return await withNode(settings, opening, async ({ session, survey }) => {
      const system = systemShape.safeParse(await session.call('system', {}).reply);
      return { facts: session.facts, survey, os: system.success ? system.data.os : null };
    });
  } catch (error) {
    if (error instanceof ConcError) return error;
    throw error;
  }
}
