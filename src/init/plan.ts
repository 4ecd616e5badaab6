import { findCandidates } from './candidates.ts';
import { concIni } from './conc-ini.ts';
import { planDevops } from './devops.ts';
import { missingFrameworks } from './frameworks.ts';
import { healthUrl } from './health.ts';
import { ignoreChange } from './ignores.ts';
import { makeBuildable } from './packaging.ts';
import { choose, describe } from './processes.ts';
import type { FoundProject } from './project.ts';
import type { PythonSurvey } from './python-source.ts';
import { addRequirements } from './requirements/add.ts';
import type { Requirements } from './requirements/types.ts';
import type { FileChange, InitPlan } from './types.ts';
import { choiceWarnings, codeWarnings } from './warnings.ts';

export interface InitFacts {
  readonly project: FoundProject;
  readonly survey: PythonSurvey;
  /** null: nothing says yet what is required, or nothing that can be read. */
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
  const { chosen } = choice;
  const web = chosen.find(({ kind }) => kind !== 'celery' && kind !== 'script');
  const devops = planDevops(project, chosen);
  const ini = concIni({
    app: project.app,
    python,
    choice,
    health: web === undefined ? null : healthUrl(web),
    jobs: devops?.jobs ?? null,
  });
  const missing = [...(await missingFrameworks(project, survey, chosen, required)), ...choice.servers];
  const served = chosen.map(describe);
  const all: FileChange[] = [
    { path: 'conc.ini', kind: 'new', text: ini, why: 'what the nodes are' },
    ...(await packagingChanges(project, requirements, missing, {
      root: chosen[0]?.root ?? '',
      packages: devops?.newPackage == null ? [] : [devops.newPackage],
      served,
    })),
    ...(devops?.changes ?? []),
    ...(await ignoreChange(project)),
  ];
  const kept = all.filter(({ path, kind }) => kind === 'new' && project.files.includes(path)).map(({ path }) => path);
  return {
    app: project.app,
    found: served,
    changes: all.filter(({ path }) => !kept.includes(path)),
    kept,
    warnings: [...choiceWarnings(choice), ...codeWarnings(survey, chosen)],
    decided: choice.undecided.length === 0 && chosen.length > 0,
    next: ['conc lock', 'conc build', 'conc deploy here'],
    afterwards: project.git ? ['git add --all', 'git commit --message "conc: a first node"'] : [],
  };
}

interface Packaged {
  readonly root: string;
  readonly packages: readonly string[];
  readonly served: readonly string[];
}

/** What is required goes where requirements stand; what can't be built yet gets a pyproject.toml, or more in the one it has. */
async function packagingChanges(
  project: FoundProject,
  requirements: Requirements | null,
  missing: readonly string[],
  { root, packages, served }: Packaged,
): Promise<FileChange[]> {
  const added = addRequirements(project, requirements, missing, served);
  if (project.buildable) return added === null ? [] : [added];
  const { pyproject } = project;
  if (added === null || pyproject === null || added.path !== 'pyproject.toml')
    return [
      await makeBuildable(project, { root, packages, requirements, missing }),
      ...(added === null ? [] : [added]),
    ];
  const between = { ...project, pyproject: { ...pyproject, text: added.text } };
  const { text, why } = await makeBuildable(between, { root, packages, requirements, missing });
  return [{ ...added, text, why: `${added.why}; ${why}` }];
}
