import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { findCandidates } from './candidates.ts';
import { concIni } from './conc-ini.ts';
import { planDevops } from './devops.ts';
import { distributionsOf } from './distributions.ts';
import { healthUrl } from './health.ts';
import { makeBuildable, type StatedRequirements } from './packaging.ts';
import { choose, describe } from './processes.ts';
import type { FoundProject } from './project.ts';
import type { PythonSurvey } from './python-source.ts';
import { flatten } from './requirements/lines.ts';
import type { Requirements } from './requirements/types.ts';
import type { FileChange, InitPlan } from './types.ts';
import { codeWarnings } from './warnings.ts';

export interface InitFacts {
  readonly project: FoundProject;
  readonly survey: PythonSurvey;
  readonly requirements: Requirements | null;
  /** The interpreter of the node on this machine. */
  readonly python: string;
  /** An address where nothing listens. */
  readonly listen: string;
}

/** What conc init does to a project; nothing is written yet. ConcError `init.requirements`. */
export async function planInit({ project, survey, requirements, python, listen }: InitFacts): Promise<InitPlan> {
  const required = requirements?.names ?? new Set<string>();
  const choice = choose(findCandidates(project, survey), required, listen);
  const { chosen, processes, undecided } = choice;
  const frameworks = await distributionsOf(project, survey, chosen, required);
  const missing = [...frameworks, ...choice.servers];
  const devops = planDevops(project, chosen);
  const root = chosen[0]?.root ?? '';
  const web = chosen.find(({ kind }) => kind !== 'celery' && kind !== 'script');
  const ini = concIni({ app: project.app, python, choice, health: web === undefined ? null : healthUrl(web) });
  const needed = requirementChange(project, requirements, missing, chosen.map(describe));
  const packaging = project.buildable
    ? null
    : makeBuildable(
        needed?.path === 'pyproject.toml' && project.pyproject !== null
          ? { ...project, pyproject: { ...project.pyproject, text: needed.text } }
          : project,
        root,
        devops?.newPackage == null ? [] : [devops.newPackage],
        await statedRequirements(project, requirements, missing),
      );
  const all: FileChange[] = [
    { path: 'conc.ini', kind: 'new', text: ini, why: `what the nodes are; node here is on ${listen}` },
    ...(packaging === null
      ? []
      : [
          needed?.path === packaging.change.path
            ? { ...packaging.change, before: needed.before ?? '', why: `${needed.why}; ${packaging.change.why}` }
            : packaging.change,
        ]),
    ...(needed === null || needed.path === packaging?.change.path ? [] : [needed]),
    ...(devops?.changes ?? []),
    ...(await ignoreChange(project)),
  ];
  const kept = all.filter(({ path, kind }) => kind === 'new' && project.files.includes(path)).map(({ path }) => path);
  return {
    app: project.app,
    found: chosen.map(describe),
    changes: all.filter(({ path }) => !kept.includes(path)),
    kept,
    warnings: [
      ...(undecided.length > 0 ? [`There is more than one to choose from: conc.ini lists them, none is taken`] : []),
      ...(processes.length + undecided.length === 0
        ? ['Nothing was found that could be started: write it into conc.ini']
        : []),
      ...codeWarnings(survey, chosen),
    ],
    decided: undecided.length === 0 && processes.length > 0,
    next: nextSteps(project),
  };
}

/** The change that names what nothing names yet; null where nothing is missing, or where it goes into a new pyproject.toml. */
function requirementChange(
  project: FoundProject,
  requirements: Requirements | null,
  missing: readonly string[],
  served: readonly string[],
): FileChange | null {
  if (missing.length === 0) return null;
  const why = `+ ${missing.join(', ')}: needed to serve ${served.join(' and ')}, and not named before`;
  const change = requirements?.add(missing, why) ?? null;
  if (change !== null || (requirements === null && !project.buildable)) return change;
  throw new ConcError({
    code: 'init.requirements',
    message: `${missing.join(' and ')} must be among the requirements, to serve ${served.join(' and ')}, and conc can't write them into ${requirements?.file ?? (project.setupPy === null ? 'pyproject.toml' : 'setup.py')}`,
    hint: `Add ${missing.join(' and ')} to the project's requirements, then conc init again`,
    state: 'Nothing was changed',
    exit: 2,
  });
}

/** setuptools reads a requirements file itself, if it is a plain one. */
async function statedRequirements(
  { folder }: FoundProject,
  requirements: Requirements | null,
  missing: readonly string[],
): Promise<StatedRequirements> {
  if (requirements === null) return { lines: missing };
  const { file } = requirements;
  const text = await readFile(join(folder, file), 'utf8');
  if (!/^\s*-|\\$|\s--/m.test(text)) return { file };
  return { lines: [...(await flatten(folder, file)), ...missing] };
}

/** conc's own folder is no part of the project. */
async function ignoreChange({ folder, git, files }: FoundProject): Promise<FileChange[]> {
  const [path, why] = ['.gitignore', "conc's own folder is no part of the project"];
  if (!files.includes(path)) return git ? [{ path, kind: 'new', text: '/.conc/\n', why }] : [];
  const before = await readFile(join(folder, path), 'utf8');
  if (/^\/?\.conc\/?$/m.test(before)) return [];
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  return [{ path, kind: 'changed', text: `${before}${gap}/.conc/\n`, before, why }];
}

/** A bundle is built of what is committed: in a repository that comes between. */
const nextSteps = ({ git }: FoundProject): string[] =>
  git
    ? ['conc lock', 'git add --all', 'git commit --message "conc: a node, a lock"', 'conc build', 'conc deploy here']
    : ['conc lock', 'conc build', 'conc deploy here'];
