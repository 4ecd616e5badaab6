import { dirname } from 'node:path';
import { gatherEtc, ignoredFiles } from '../../bundle/build/etc.ts';
import { reportOnProject } from '../../bundle/project-report/report.ts';
import { readSource } from '../../bundle/source.ts';
import { checkConfig } from '../../config/check.ts';
import { readConfig } from '../../config/load.ts';
import { namesOf, roles } from '../../config/names.ts';
import { ConfigError, problemLine } from '../../config/problem.ts';
import type { Config, NodeSettings, Problem } from '../../config/types.ts';
import { countOf } from '../../plan/units.ts';
import type { CliContext, CommonOptions } from '../context.ts';
import { selectSettings } from '../select.ts';
import { sequenceProblems } from './sequence.ts';

/** Every problem of conc.ini, of the project, and of its sequence. */
export interface Problems {
  readonly all: readonly Problem[];
  /** Said when there are none. */
  readonly summary: string;
  /** The config is sound enough to look at nodes by it. */
  readonly usable: boolean;
}

/** The project is looked at only by a config that can be trusted. */
export async function findProblems(file: string, options: CommonOptions, context: CliContext): Promise<Problems> {
  let config: Config;
  try {
    config = readConfig(file, context.cwd);
  } catch (error) {
    if (error instanceof ConfigError) return { all: error.problems, summary: '', usable: false };
    throw error;
  }
  const written = checkConfig(config);
  const usable = !written.some(isError);
  const [nodes = 0, groups = 0, builders = 0] = roles.map((role) => namesOf(config, role).length);
  const more = builders === 0 ? '' : `, ${countOf(builders, 'builder')}`;
  const summary = `${config.shown}: no problems. ${countOf(nodes, 'node')}, ${countOf(groups, 'group')}${more}`;
  if (!usable || nodes === 0) return { all: written, summary, usable };
  const settings = selectSettings(['@all'], options, context);
  const project = await reportOnProject(dirname(file), settings, process.env);
  const tree = await treeProblems(dirname(file), settings);
  return { all: [...written, ...project, ...tree, ...(await sequenceProblems(config, settings))], summary, usable };
}

/** Of the etc tree, as a build would refuse it. */
async function treeProblems(folder: string, nodes: readonly NodeSettings[]): Promise<readonly Problem[]> {
  try {
    return ignoredFiles(await gatherEtc(await readSource(folder), nodes));
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

export const isError = ({ level }: Problem): boolean => level === 'error';

export function problemLines({ all, summary }: Problems): string[] {
  const lines = all.map((problem) => `${problemLine(problem)}${isError(problem) ? '' : ' (warning)'}`);
  return [...lines, all.length === 0 ? summary : counted(all)];
}

function counted(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  if (warnings === 0) return countOf(errors, 'problem');
  if (errors === 0) return countOf(warnings, 'warning');
  return `${countOf(problems.length, 'problem')}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}`;
}

export const problemsJson = ({ all }: Problems): object[] =>
  all.map(({ code, level, source, message, hint }) => ({ code, level, ...source, message, hint: hint ?? null }));
