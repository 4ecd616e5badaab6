import { evaluate } from '../../config/evaluate.ts';
import { findConfig } from '../../config/find.ts';
import { loadConfig } from '../../config/load.ts';
import { selectNodes } from '../../config/nodes.ts';
import { settingsOf } from '../../config/settings.ts';
import type { NodeSettings } from '../../config/types.ts';
import { type Comparison, compareNodes, type NodeAsWritten } from '../../deploy/compare.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { askAt } from '../ask.ts';
import { builderJson, builderLines, checkBuilders } from '../check/builders.ts';
import { comparisonJson, comparisonLines, isAmiss } from '../check/comparison.ts';
import { checkDrift, driftJson, driftLines, hasDrifted } from '../check/drift.ts';
import { type CheckNodesOptions, checkedJson, checkedLines, checkNodes, isUnfit } from '../check/nodes.ts';
import { findProblems, isError, problemLines, problemsJson } from '../check/problems.ts';
import { printSudoers, type SudoersOptions } from '../check/sudoers.ts';
import type { CliContext, Define } from '../context.ts';
import { reportOf } from '../report-of.ts';
import { selectSettings } from '../select.ts';
import { type TimingsWish, timingsOptions, timingsWish } from '../timings-option.ts';

export const define: Define = (command, context) => {
  timingsOptions(command)
    .argument('[node...]', 'names, @GROUP, or @all: their fitness too; exactly two names: how they differ')
    .option('--record', "write what the nodes' interpreters are to conc.targets.json, for conc lock and conc build")
    .option('--builders', 'can every [builder NAME] be reached, and build for the recorded targets?')
    .option('--sudoers', 'instead: the least sudo rules that a deploy needs on the nodes, as a file for /etc/sudoers.d')
    .option('--bundle <file>', 'with --sudoers: of this bundle (default: the newest that was built from what is here)')
    .option('--drift', 'what was changed by hand, of all that conc placed there? Every file of what serves is read')
    .option('--all', 'with --drift: of every release and store entry, not only of what serves')
    .addHelpText(
      'after',
      `
Examples:
  conc check                    every problem of conc.ini at once, each with its line
  conc check web1               and is the node fit to be deployed to?
  conc check web1 web2          how do the two differ: attributes, interpreter and system, what they serve?
  conc check @web --record      and write down what to build for
  conc check web1 --drift       was anything changed by hand since it was installed?
  conc check --builders         before conc build needs them
  conc check --sudoers web1     what sudo must allow there, and no more; a job that doesn't say what for is named
  conc check --json             {"problems": [{code, level, file, line, section, message, hint}], "nodes": [{node, findings, error}],
                                "builders": [{builder, findings, error}]}
  conc check A B --json         {"problems", "comparison": {nodes, same, differences: [{about, name, counts, values}], errors}}
  conc check A --drift --json   {"problems", "drift": [{node, releases, entries, files, differences: [{path, what, text}], error}]};
                                what is one of content, mode, time, link, added, removed

How two nodes are reached (gateway, admin, op_key, sshd.…) is shown, and is no difference that counts.

Exit codes: 0 no problems, or warnings alone · 1 a node or builder is not fit or not reached, two nodes differ, or one has drifted · 2 something must be mended`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      if (options.sudoers === true) return printSudoers(words, options, context);
      const file = findConfig(context.cwd, options.config);
      const problems = await findProblems(file, options, context);
      const timings = await timingsWish(options, context);
      const looks = problems.usable ? await lookCloser(words, file, options, context, timings) : [];
      const lines = looks.flatMap((look) => look.lines);
      if (options.json === true) {
        const more = Object.fromEntries(looks.map(({ key, json }) => [key, json]));
        context.out(JSON.stringify({ problems: problemsJson(problems), ...more }));
      } else {
        // Who compares two nodes is told of problems, not that there are none.
        const quiet = problems.all.length === 0 && looks.some(({ key }) => key === 'comparison');
        for (const line of [...(quiet ? [] : problemLines(problems)), ...lines]) context.out(line);
      }
      timings.tell(reportOf(options, context));
      await timings.write();
      if (problems.all.some(isError)) context.finish(2);
      else if (looks.some(({ amiss }) => amiss)) context.finish(1);
    });
};

interface Options extends CheckNodesOptions, SudoersOptions {
  readonly sudoers?: true;
  readonly builders?: true;
  readonly drift?: true;
  readonly all?: true;
}

/** What was looked at beyond the config and the project. */
interface Look {
  /** Its key in `--json`. */
  readonly key: 'nodes' | 'comparison' | 'drift' | 'builders';
  readonly json: unknown;
  readonly lines: readonly string[];
  readonly amiss: boolean;
}

async function lookCloser(
  words: readonly string[],
  file: string,
  options: Options,
  context: CliContext,
  timings: TimingsWish,
): Promise<Look[]> {
  const looks: Look[] = [];
  const pair = pairOf(words, options);
  if (options.drift === true) {
    const drifted = await checkDrift(driftNodes(words, options, context), options.all === true, context, timings);
    const [json, lines] = [drifted.map(driftJson), drifted.flatMap(driftLines)];
    looks.push({ key: 'drift', json, lines, amiss: drifted.some(hasDrifted) });
  } else if (pair !== null) {
    const comparison = await compare(pair, file, context, timings);
    const [json, lines] = [comparisonJson(comparison), comparisonLines(comparison)];
    looks.push({ key: 'comparison', json, lines, amiss: isAmiss(comparison) });
  } else if (words.length > 0) {
    const nodes = await checkNodes(selectSettings(words, options, context), options, context, timings);
    const [json, lines] = [nodes.map(checkedJson), nodes.flatMap(checkedLines)];
    looks.push({ key: 'nodes', json, lines, amiss: nodes.some(isUnfit) });
  }
  if (options.builders === true) {
    const builders = await checkBuilders(file, context);
    const [json, lines] = [builders.map(builderJson), builders.flatMap(builderLines)];
    looks.push({ key: 'builders', json, lines, amiss: builders.some(isUnfit) });
  }
  return looks;
}

function driftNodes(words: readonly string[], options: Options, context: CliContext): readonly NodeSettings[] {
  if (words.length > 0) return selectSettings(words, options, context);
  throw new ConcError({
    code: 'usage',
    message: '--drift looks at nodes, and none is named',
    hint: 'conc check NODE --drift, or conc check @all --drift',
    exit: 2,
  });
}

/** Two names alone are compared; a group, or what is to be recorded, is looked at node by node. */
function pairOf(words: readonly string[], { record }: CheckNodesOptions): readonly [string, string] | null {
  const [first, second, ...more] = words;
  if (first === undefined || second === undefined || more.length > 0 || first === second || record === true)
    return null;
  return first.startsWith('@') || second.startsWith('@') ? null : [first, second];
}

function compare(
  names: readonly [string, string],
  file: string,
  context: CliContext,
  { observe }: TimingsWish,
): Promise<Comparison> {
  const config = loadConfig(file, context.cwd);
  const written = (word: string): NodeAsWritten => {
    const [node = word] = selectNodes(config, [word]);
    return { settings: settingsOf(config, node), attributes: evaluate(config, node).attributes };
  };
  return compareNodes([written(names[0]), written(names[1])], { ask: askAt(context), observe });
}
