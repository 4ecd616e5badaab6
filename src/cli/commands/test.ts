import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Bundle } from '../../bundle/types.ts';
import { findConfig } from '../../config/find.ts';
import { loadConfig } from '../../config/load.ts';
import { groupNames, nodeNames } from '../../config/nodes.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { junit } from '../../report/junit.ts';
import { painter } from '../../report/paint.ts';
import { type TestEvent, wentWell } from '../../report/test-events.ts';
import { testLines, testSummary } from '../../report/test-lines.ts';
import { askAt } from '../ask.ts';
import { chooseSuites } from '../choose-suites.ts';
import type { CliContext, Define } from '../context.ts';
import { findBundle } from '../find-bundle.ts';
import { NearForCommand } from '../near.ts';
import { errorLines } from '../print-error.ts';
import { runTests, type TestedNode, type TestRun } from '../run-tests.ts';
import { selectSettings } from '../select.ts';
import { type SudoOptions, sudoOption } from '../sudo-option.ts';
import { sudoPasswords } from '../sudo-passwords.ts';

interface Options extends SudoOptions {
  readonly bundle?: string;
  readonly builtin?: boolean;
  readonly junit?: string;
  readonly list?: boolean;
  readonly timeout: string;
}

export const define: Define = (command, context) => {
  command
    .argument('<words...>', 'nodes, @GROUP or @all; then suites: levels, modules, classes, tests')
    .usage('[options] <node...> [suite...]')
    .option('--builtin', "conc's own checks of a node: they need no bundle")
    .option('--bundle <file>', 'take the suites of this bundle (default: the newest that was built from what is here)')
    .option('--junit <file>', 'write the results as JUnit XML too')
    .option('--list', 'list the suites, and run none')
    .option('--timeout <seconds>', 'the limit of each test', '60')
    .addOption(sudoOption())
    .addHelpText(
      'after',
      `
Examples:
  conc test web1                          every suite of the bundle but those of level load
  conc test web1 node                     those of a level: unit, integration, migration, functional, load, monitoring, node
  conc test web1 shop.checks.Firewall     a module, a class, or a test
  conc test new1 --builtin                conc's own checks; new1 needs nothing but python3
  conc test @web --junit report.xml       on several nodes at once, with a report for CI
  conc test web1 --json                   one line for each test

A suite is a module that imports unittest or pytest by the name of its level: import unittest as nodetest. conc sets ncd
(the node's attributes) and sudoPass on each TestCase; pytest's tests take them as fixtures. Each module runs in a process
of its own; one that a test ends is an error of that test, and the others go on.

Exit codes: 0 every test passed or was skipped · 1 one did not, or a node could not be reached · 2 wrong usage or config`,
    )
    .action(async (words: string[]) => {
      const options: Options = command.optsWithGlobals();
      const limit = secondsOf(options.timeout);
      const { nodes: named, suites: wanted } = partedWords(words, options, context);
      const nodes = selectSettings(named, options, context);
      const onlyBuiltin = options.builtin === true && wanted.length === 0;
      const bundle = onlyBuiltin ? null : await findBundle(nodes, options, context);
      try {
        const suites = bundle === null ? [] : chooseSuites(bundle.manifest.tests?.suites ?? [], wanted);
        if (options.list === true) {
          for (const { module, level, where, framework, sudo } of suites) {
            if (options.json === true) context.out(JSON.stringify({ module, level, where, framework, sudo }));
            else context.out(`${level.padEnd(12)} ${where.padEnd(8)} ${module}${sudo ? '  (sudo)' : ''}`);
          }
          return;
        }
        if (suites.length === 0 && options.builtin !== true) throw nothingToRun(bundle);
        await using near = new NearForCommand(nodes, options, context);
        const passwords = sudoPasswords(options, context);
        const run: TestRun = {
          ...{ suites, builtin: options.builtin === true, limit, ask: askAt(context) },
          sudo: (open, commands) => passwords.for(open, 'remote', commands),
          files: bundle === null ? { wheel: {}, project: {} } : await bundle.testFiles(),
          near: () => {
            if (bundle === null) throw nothingToRun(bundle);
            return near.venv(bundle);
          },
        };
        const tested = await runTests(nodes, run, reporter(nodes.length > 1, options, context));
        await conclude(tested, options, context);
      } finally {
        await bundle?.close();
      }
    });
};

/** The first word is a node's; those behind it are as long as conc.ini knows them. */
function partedWords(
  words: readonly string[],
  options: Options,
  context: CliContext,
): { readonly nodes: readonly string[]; readonly suites: readonly string[] } {
  const config = loadConfig(findConfig(context.cwd, options.config));
  const known = new Set([...nodeNames(config), ...groupNames(config).map((name) => `@${name}`), '@all']);
  const at = words.findIndex((word, index) => index > 0 && !known.has(word) && !word.startsWith('@'));
  return at < 0 ? { nodes: words, suites: [] } : { nodes: words.slice(0, at), suites: words.slice(at) };
}

function reporter(several: boolean, { json, quiet }: Options, context: CliContext): (event: TestEvent) => void {
  const paint = painter(context.colour);
  return (event) => {
    if (json === true) context.out(JSON.stringify(event));
    else if (event.event === 'test' && (quiet !== true || !wentWell([event]))) {
      for (const line of testLines(event, paint)) context.out(several ? `${event.node}: ${line}` : line);
    }
  };
}

async function conclude(tested: readonly TestedNode[], options: Options, context: CliContext): Promise<void> {
  const well = tested.every(({ error, results }) => error === null && wentWell(results));
  for (const { node, results, seconds, release, error } of tested) {
    if (options.json === true) {
      const at = { time: new Date().toISOString(), node, event: 'node', release, tests: results.length, seconds };
      context.out(JSON.stringify({ ...at, ...(error === null ? {} : { error: error.toJSON() }) }));
      continue;
    }
    if (error !== null) for (const line of errorLines(error, options.verbose === true)) context.err(`${node}: ${line}`);
    context.out(testSummary(node, results, seconds));
  }
  if (options.json === true) context.out(JSON.stringify({ event: 'summary', exit: well ? 0 : 1 }));
  if (options.junit !== undefined) await writeFile(resolve(context.cwd, options.junit), junit(tested));
  context.finish(well ? 0 : 1);
}

function secondsOf(text: string): number {
  if (/^\d{1,6}(?:\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new ConcError({ code: 'usage', message: `--timeout ${text}: seconds are expected`, exit: 2 });
}

const nothingToRun = (bundle: Bundle | null): ConcError =>
  new ConcError({
    code: 'test.no-suites',
    message: `${bundle === null ? 'There is no bundle' : 'The bundle has no test suites'}`,
    hint: 'A suite is a module with import unittest as nodetest, in the application’s package or in tests/; then conc build. conc’s own checks of a node: --builtin',
    exit: 2,
  });
