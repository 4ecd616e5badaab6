import { dirname } from 'node:path';
import { reportOnProject } from '../../bundle/project-report/report.ts';
import { checkConfig } from '../../config/check.ts';
import { evaluate } from '../../config/evaluate.ts';
import { findConfig } from '../../config/find.ts';
import { loadConfig, readConfig } from '../../config/load.ts';
import { namesOf, roles } from '../../config/names.ts';
import { selectNodes } from '../../config/nodes.ts';
import { ConfigError, problemLine } from '../../config/problem.ts';
import { settingsOf } from '../../config/settings.ts';
import type { Config, Problem } from '../../config/types.ts';
import { type Comparison, compareNodes, type NodeAsWritten } from '../../deploy/compare.ts';
import { countOf } from '../../plan/units.ts';
import { askAt } from '../ask.ts';
import { builderLines, type CheckedBuilder, checkBuilders } from '../check-builders.ts';
import { type CheckedNode, type CheckNodesOptions, checkedLines, checkNodes } from '../check-nodes.ts';
import { comparisonJson, comparisonLines, isAmiss } from '../comparison.ts';
import type { CliContext, Define } from '../context.ts';
import { selectSettings } from '../select.ts';

export const define: Define = (command, context) => {
  command
    .argument('[node...]', 'names, @GROUP, or @all: their fitness too; exactly two names: how they differ')
    .option('--record', "write what the nodes' interpreters are to conc.targets.json, for conc lock and conc build")
    .option('--builders', 'can every [builder NAME] be reached, and build for the recorded targets?')
    .addHelpText(
      'after',
      `
Examples:
  conc check                    every problem of conc.ini at once, each with its line
  conc check web1               and is the node fit to be deployed to?
  conc check web1 web2          how do the two differ: attributes, interpreter and system, what they serve?
  conc check @web --record      and write down what to build for
  conc check --builders         before conc build needs them
  conc check --json             {"problems": [{code, level, file, line, section, message, hint}], "nodes": [{node, findings, error}],
                                "builders": [{builder, findings, error}]}
  conc check A B --json         {"problems", "comparison": {nodes, same, differences: [{about, name, counts, values}], errors}}

How two nodes are reached (gateway, admin, op_key, sshd.…) is shown, and is no difference that counts.

Exit codes: 0 no problems, or warnings alone · 1 a node or builder is not fit or not reached, or two nodes differ · 2 something must be mended`,
    )
    .action(async (words: string[]) => {
      const options: CheckNodesOptions & { readonly builders?: true } = command.optsWithGlobals();
      const file = findConfig(context.cwd, options.config);
      const { problems: written, summary, nodeCount } = configPart(file, context.cwd);
      const broken = written.some(({ level }) => level === 'error');
      // What is built is looked at only by a config that can be trusted.
      const all = broken || nodeCount === 0 ? [] : selectSettings(['@all'], options, context);
      const problems =
        all.length === 0 ? written : [...written, ...(await reportOnProject(dirname(file), all, process.env))];
      // A node is looked at only by a config that can be trusted.
      const pair = pairOf(words, options);
      if (pair !== null && !broken) {
        const comparison = await compare(pair, file, context);
        const shown =
          options.json === true
            ? [JSON.stringify({ problems: problems.map(asJson), comparison: comparisonJson(comparison) })]
            : [...(problems.length === 0 ? [] : asText(problems, summary)), ...comparisonLines(comparison)];
        for (const line of shown) context.out(line);
        if (isAmiss(comparison)) context.finish(1);
        return;
      }
      const nodes =
        broken || words.length === 0 ? [] : await checkNodes(selectSettings(words, options, context), options, context);
      const builders = broken || options.builders !== true ? [] : await checkBuilders(file, context);
      const lines =
        options.json === true
          ? [
              JSON.stringify({
                problems: problems.map(asJson),
                ...(words.length === 0 ? {} : { nodes: nodes.map(nodeJson) }),
                ...(options.builders === true ? { builders: builders.map(builderJson) } : {}),
              }),
            ]
          : [...asText(problems, summary), ...nodes.flatMap(checkedLines), ...builders.flatMap(builderLines)];
      for (const line of lines) context.out(line);
      if (broken) context.finish(2);
      else if ([...nodes, ...builders].some(amiss)) context.finish(1);
    });
};

/** Two names alone are compared; a group, or what is to be recorded, is looked at node by node. */
function pairOf(words: readonly string[], { record }: CheckNodesOptions): readonly [string, string] | null {
  const [first, second, ...more] = words;
  if (first === undefined || second === undefined || more.length > 0 || first === second || record === true)
    return null;
  return first.startsWith('@') || second.startsWith('@') ? null : [first, second];
}

function compare(names: readonly [string, string], file: string, context: CliContext): Promise<Comparison> {
  const config = loadConfig(file, context.cwd);
  const written = (word: string): NodeAsWritten => {
    const [node = word] = selectNodes(config, [word]);
    return { settings: settingsOf(config, node), attributes: evaluate(config, node).attributes };
  };
  return compareNodes([written(names[0]), written(names[1])], { ask: askAt(context) });
}

const amiss = ({ findings, error }: CheckedNode | CheckedBuilder): boolean =>
  error !== undefined || findings.some(({ level }) => level === 'unfit');

const nodeJson = ({ node, findings, error }: CheckedNode) => ({ node, findings, error: error?.toJSON() ?? null });

const builderJson = ({ builder, findings, error }: CheckedBuilder) => ({
  ...{ builder, findings, error: error?.toJSON() ?? null },
});

interface Part {
  readonly problems: readonly Problem[];
  /** What is said when there are none. */
  readonly summary: string;
  readonly nodeCount: number;
}

function configPart(file: string, cwd: string): Part {
  let config: Config;
  try {
    config = readConfig(file, cwd);
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, summary: '', nodeCount: 0 };
    throw error;
  }
  const [nodes = 0, groups = 0, builders = 0] = roles.map((role) => namesOf(config, role).length);
  const more = builders === 0 ? '' : `, ${countOf(builders, 'builder')}`;
  const summary = `${config.shown}: no problems. ${countOf(nodes, 'node')}, ${countOf(groups, 'group')}${more}`;
  return { problems: checkConfig(config), summary, nodeCount: nodes };
}

function asText(problems: readonly Problem[], summary: string): string[] {
  const lines = problems.map((problem) => `${problemLine(problem)}${problem.level === 'warning' ? ' (warning)' : ''}`);
  return [...lines, problems.length === 0 ? summary : counted(problems)];
}

function counted(problems: readonly Problem[]): string {
  const errors = problems.filter(({ level }) => level === 'error').length;
  const warnings = problems.length - errors;
  if (warnings === 0) return countOf(errors, 'problem');
  if (errors === 0) return countOf(warnings, 'warning');
  return `${countOf(problems.length, 'problem')}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}`;
}

const asJson = ({ code, level, source, message, hint }: Problem) => ({
  code,
  level,
  ...source,
  message,
  hint: hint ?? null,
});
