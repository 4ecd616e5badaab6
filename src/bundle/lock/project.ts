import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { LockSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf } from '../digest.ts';
import { normalizeName } from '../standards/names.ts';
import { noChoice } from './choice.ts';
import { extraRequirements, groupRequirements, hasGroup } from './groups.ts';
import type { BuildSystem, Pyproject } from './pyproject.ts';
import { buildSystem, noPyproject, parsePyproject } from './pyproject.ts';
import { checkFiles, digestsOf, findRequirements, firstFile, isRequirementsFile } from './requirements-files.ts';

/** A dependency group (PEP 735), its includes followed. */
export interface Group {
  readonly name: string;
  readonly lines: readonly string[];
}

/** What is locked in a project's folder. */
export interface Project {
  readonly folder: string;
  /** The file that says what is needed, as messages call it. */
  readonly file: string;
  /** The source tree that is asked by its metadata; null: there are only requirements. */
  readonly tree: {
    readonly file: 'pyproject.toml' | 'setup.py';
    /** With those of the extras; null where only the backend knows. */
    readonly lines: readonly string[] | null;
  } | null;
  /** Normalised; null where only its backend knows. */
  readonly name: string | null;
  /** `[project] requires-python`; null: nothing is said of it. */
  readonly requiresPython: string | null;
  readonly extras: readonly string[];
  readonly groups: readonly Group[];
  /** Requirements files, below the folder. */
  readonly files: readonly string[];
  /** What the devops code needs; null: nothing is said of it. */
  readonly devops: { readonly groups: readonly Group[]; readonly files: readonly string[] } | null;
  /** null: there is nothing that could be built, only requirements. */
  readonly build: BuildSystem | null;
  /** Digest of everything that the resolution depends on. */
  readonly digest: string;
}

/** Reads what a folder's application needs. ConcError `project.none`, `project.invalid`, `project.no-group` and its like. */
export async function readProject(folder: string, choice: LockSettings = noChoice): Promise<Project> {
  const [pyproject, setup] = await Promise.all(
    ['pyproject.toml', 'setup.py'].map((name) => readFile(join(folder, name), 'utf8').catch(() => null)),
  );
  const toml = pyproject == null ? noPyproject : parsePyproject(pyproject, 'pyproject.toml');
  const legacy = setup != null && toml.project === undefined && toml['build-system'] === undefined;
  const built = legacy || setup != null || toml.project !== undefined || toml['build-system'] !== undefined;
  const files = await requirementsFiles(folder, choice, built, choice.groups.length > 0);
  const tree = built ? sourceTree(toml, choice, legacy ? 'setup.py' : 'pyproject.toml') : null;
  const groups = (names: readonly string[]): Group[] =>
    names.map((name) => ({ name, lines: groupRequirements(toml['dependency-groups'], name) }));
  const devops = await devopsNames(folder, toml, choice);
  const devopsFiles = devops?.filter(isRequirementsFile) ?? [];
  await checkFiles(folder, devopsFiles);
  const dynamic = tree !== null && tree.lines === null;
  const backendFiles = dynamic
    ? ['setup.py', 'setup.cfg', ...dynamicFiles(toml.tool?.setuptools), 'requirements.txt']
    : [];
  return {
    folder,
    file: tree?.file ?? files[0] ?? 'pyproject.toml',
    tree,
    name: toml.project === undefined ? null : normalizeName(toml.project.name),
    requiresPython: toml.project?.['requires-python'] ?? null,
    extras: choice.extras,
    groups: groups(choice.groups),
    files,
    devops: devops && {
      groups: groups(devops.filter((name) => !isRequirementsFile(name))),
      files: devopsFiles,
    },
    build: built ? buildSystem(toml) : null,
    digest: digestOf({
      ...deciding(toml),
      choice: { ...choice, devops: devops ?? [] },
      more: await digestsOf(folder, [...files, ...devopsFiles, ...backendFiles]),
    }),
  };
}

async function requirementsFiles(
  folder: string,
  { requirements }: LockSettings,
  built: boolean,
  grouped: boolean,
): Promise<readonly string[]> {
  await checkFiles(folder, requirements);
  if (requirements.length > 0 || built) return requirements;
  const found = await findRequirements(folder);
  if (found !== null) return [found];
  if (grouped) return [];
  throw new ConcError({
    code: 'project.none',
    message: `There is no Python project in ${folder}: neither pyproject.toml nor setup.py nor requirements.txt`,
    hint: 'conc.ini belongs beside them',
    exit: 2,
  });
}

function sourceTree(
  { project }: Pyproject,
  { extras }: LockSettings,
  file: 'pyproject.toml' | 'setup.py',
): Project['tree'] {
  const dynamic = project?.dynamic ?? ['dependencies', 'optional-dependencies'];
  const asked = extras.length > 0 && dynamic.includes('optional-dependencies');
  if (project === undefined || asked || dynamic.includes('dependencies')) return { file, lines: null };
  const more = extraRequirements(normalizeName(project.name), project['optional-dependencies'], extras);
  return { file, lines: [...project.dependencies, ...more] };
}

/** Dependency groups and requirements files that devops code needs; null: none. */
async function devopsNames(
  folder: string,
  toml: Pyproject,
  { devops }: LockSettings,
): Promise<readonly string[] | null> {
  if (devops !== undefined) return devops.length > 0 ? devops : null;
  if (hasGroup(toml['dependency-groups'], 'devops')) return ['devops'];
  const usual = [
    'requirements-devops.txt',
    'requirements-devops.in',
    'requirements/devops.txt',
    'requirements/devops.in',
  ];
  const file = await firstFile(folder, usual);
  return file === null ? null : [file];
}

const nothing: Readonly<Record<string, unknown>> = {};

/** What of pyproject.toml decides about requirements; a new version or description must not make the lock stale. */
function deciding(toml: Pyproject): object {
  const { version: _version, description: _description, readme: _readme, ...project } = toml.project ?? nothing;
  const { uv, poetry } = toml.tool ?? {};
  return { project, build: toml['build-system'], groups: toml['dependency-groups'], uv, poetry };
}

/** Files that `[tool.setuptools.dynamic]` reads the requirements from. */
function dynamicFiles(setuptools: unknown): string[] {
  const schema = z.object({
    dynamic: z.object({ dependencies: z.object({ file: z.union([z.string(), z.array(z.string())]) }) }),
  });
  const parsed = schema.safeParse(setuptools);
  return parsed.success ? [parsed.data.dynamic.dependencies.file].flat() : [];
}
