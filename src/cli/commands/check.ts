import { checkConfig } from '../../config/check.ts';
import { findConfig } from '../../config/find.ts';
import { readConfig } from '../../config/load.ts';
import { namesOf } from '../../config/names.ts';
import { ConfigError, problemLine } from '../../config/problem.ts';
import type { Config, Problem } from '../../config/types.ts';
import type { CommonOptions, Define } from '../context.ts';

export const define: Define = (command, context) => {
  command
    .addHelpText(
      'after',
      `
Examples:
  conc check                    every problem of conc.ini at once, each with its line
  conc check --json             {"problems": [{code, level, file, line, section, message, hint}]}

Exit codes: 0 no problems, or warnings alone · 2 something must be mended`,
    )
    .action(() => {
      const options: CommonOptions = command.optsWithGlobals();
      const file = findConfig(context.cwd, options.config);
      // Parts are independent: what is wrong with the project, or with a node, joins this list.
      const { problems, summary } = configPart(file, context.cwd);
      const lines =
        options.json === true ? [JSON.stringify({ problems: problems.map(asJson) })] : asText(problems, summary);
      for (const line of lines) context.out(line);
      if (problems.some(({ level }) => level === 'error')) context.finish(2);
    });
};

interface Part {
  readonly problems: readonly Problem[];
  /** What is said when there are none. */
  readonly summary: string;
}

function configPart(file: string, cwd: string): Part {
  let config: Config;
  try {
    config = readConfig(file, cwd);
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, summary: '' };
    throw error;
  }
  const [nodes, groups] = [namesOf(config, 'node').length, namesOf(config, 'group').length];
  const summary = `${config.shown}: no problems. ${plural(nodes, 'node')}, ${plural(groups, 'group')}`;
  return { problems: checkConfig(config), summary };
}

function asText(problems: readonly Problem[], summary: string): string[] {
  const lines = problems.map((problem) => `${problemLine(problem)}${problem.level === 'warning' ? ' (warning)' : ''}`);
  return [...lines, problems.length === 0 ? summary : counted(problems)];
}

function counted(problems: readonly Problem[]): string {
  const errors = problems.filter(({ level }) => level === 'error').length;
  const warnings = problems.length - errors;
  if (warnings === 0) return plural(errors, 'problem');
  if (errors === 0) return plural(warnings, 'warning');
  return `${plural(problems.length, 'problem')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}`;
}

const asJson = ({ code, level, source, message, hint }: Problem) => ({
  code,
  level,
  ...source,
  message,
  hint: hint ?? null,
});

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
