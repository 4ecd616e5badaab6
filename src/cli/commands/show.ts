import { evaluate, evaluateKey } from '../../config/evaluate.ts';
import { findConfig } from '../../config/find.ts';
import { groupsOf } from '../../config/groups.ts';
import { defaultOf } from '../../config/keys.ts';
import { loadConfig } from '../../config/load.ts';
import { nodeNames, selectNodes } from '../../config/nodes.ts';
import { printable } from '../../config/printable.ts';
import { shownValue } from '../../config/secret.ts';
import type { Attribute, Config, NodeAttributes } from '../../config/types.ts';
import type { CommonOptions, Define } from '../context.ts';

export const define: Define = (command, context) => {
  command
    .argument('[node...]', 'names, @GROUP, or @all; without: the list of nodes')
    .addHelpText(
      'after',
      `
Examples:
  conc show                     the nodes, each with its groups and gateway
  conc show web1                its attributes, each with the line that it came from
  conc show @web --json         one object a line`,
    )
    .action((words: string[]) => {
      const options: CommonOptions = command.optsWithGlobals();
      const config = loadConfig(findConfig(context.cwd, options.config), context.cwd);
      const json = options.json === true;
      if (words.length === 0) {
        const nodes = nodeNames(config).map((node) => listed(config, node));
        for (const line of json ? [JSON.stringify({ nodes })] : listLines(nodes, config)) context.out(line);
        return;
      }
      // Everything is evaluated before the first line is printed: half an answer could be taken for a whole one.
      const evaluated = selectNodes(config, words).map((node) => evaluate(config, node));
      for (const [index, attributes] of evaluated.entries()) {
        if (json) context.out(JSON.stringify(asJson(attributes)));
        else context.out(`${index > 0 ? '\n' : ''}${asText(attributes)}`);
      }
    });
};

interface ListedNode {
  readonly node: string;
  readonly groups: readonly string[];
  readonly gateway: string;
}

const listed = (config: Config, node: string): ListedNode => ({
  node,
  groups: groupsOf(config, node),
  gateway: evaluateKey(config, node, 'gateway') ?? defaultOf('gateway') ?? '',
});

function listLines(nodes: readonly ListedNode[], config: Config): string[] {
  if (nodes.length === 0) return [`${config.shown} has no node`];
  return columns(nodes.map(({ node, groups, gateway }) => [node, printable(gateway), groups.join(', ')]));
}

function asJson({ node, attributes }: NodeAttributes): object {
  const entries = [...attributes.values()].map(
    (attribute) => [attribute.key, { value: told(attribute), source: attribute.source }] as const,
  );
  return { node, attributes: Object.fromEntries(entries) };
}

/** The node's name, then key, value and place in columns; further lines of a value stand below its first. */
function asText({ node, attributes }: NodeAttributes): string {
  const rows = [...attributes.values()].flatMap((attribute) => {
    const { file, line, section } = attribute.source;
    const [first = '', ...rest] = told(attribute).split('\n');
    const place = `${file}:${line}  [${section}]`;
    return [[attribute.key, first, place], ...rest.map((text) => ['', text, ''])].map((row) => row.map(printable));
  });
  return [node, ...columns(rows).map((line) => `  ${line}`)].join('\n');
}

function told({ key, value }: Attribute): string {
  return shownValue(key, value);
}

/** Left-aligned; a text over 48 characters pushes the rest of its own row only. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(0, ...rows.map((row) => narrow(row[column] ?? ''))));
  return rows.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

const narrow = (text: string): number => (text.length > 48 ? 0 : text.length);
