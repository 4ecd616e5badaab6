import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundProject } from './project.ts';
import { isNoApplication } from './project.ts';
import { flatten } from './requirements/lines.ts';
import type { Requirements } from './requirements/types.ts';
import type { FileChange } from './types.ts';

export interface PackagingNeeds {
  /** The folder that modules are imported from: `src`, or empty. */
  readonly root: string;
  /** Packages that are about to be made. */
  readonly packages: readonly string[];
  /** Where requirements stand; null: nowhere yet. */
  readonly requirements: Requirements | null;
  /** What has to be required besides. */
  readonly missing: readonly string[];
}

/** Makes a project that nothing could build one that setuptools can: adds what is missing at the end of pyproject.toml, or writes one. */
export async function makeBuildable(project: FoundProject, needs: PackagingNeeds): Promise<FileChange> {
  const { app, pyproject } = project;
  const before = pyproject?.text;
  const stated = await stateRequirements(project, needs);
  const named = pyproject?.toml.project !== undefined;
  const tables = [
    '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n',
    ...(named ? [] : [projectTable(app, stated)]),
    ...(pyproject?.toml.tool?.setuptools === undefined ? [setuptoolsTables(project, needs)] : []),
    ...(named || !('file' in stated) ? [] : [dynamicTable(stated.file)]),
  ];
  const added = `# Added by conc init: how this project becomes a wheel.\n${tables.join('\n')}`;
  const what = 'makes a wheel of the modules here, by setuptools';
  if (before === undefined) {
    const requires = 'lines' in stated && stated.lines.length > 0 ? `; requires ${stated.lines.join(', ')}` : '';
    return { path: 'pyproject.toml', kind: 'new', text: added, why: what + requires };
  }
  const text = `${before.trimEnd()}\n\n${added}`;
  return { path: 'pyproject.toml', kind: 'changed', text, before, why: `+ [build-system]: ${what}` };
}

/** What the new `[project]` says of requirements: a file that setuptools reads, or the requirements themselves. */
type Stated = { readonly file: string } | { readonly lines: readonly string[] };

/** setuptools reads a requirements file only if that is a plain one. */
async function stateRequirements({ folder }: FoundProject, { requirements, missing }: PackagingNeeds): Promise<Stated> {
  if (requirements === null) return { lines: missing };
  const { file } = requirements;
  const text = await readFile(join(folder, file), 'utf8');
  return /^\s*-|\\$|\s--/m.test(text) ? { lines: [...(await flatten(folder, file)), ...missing] } : { file };
}

/** Folders of an application that are no packages; frameworks look for them beside the module. */
const besideModules: ReadonlySet<string> = new Set(['templates', 'static', 'locale', 'translations', 'public']);

const notOurs: ReadonlySet<string> = new Set([
  'setup.py',
  'manage.py',
  'conftest.py',
  'noxfile.py',
  'fabfile.py',
  'dodo.py',
]);
const isModule = (path: string): boolean =>
  /^[A-Za-z_]\w*\.py$/.test(path) && !notOurs.has(path) && !isNoApplication(path);
const isPackageName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !isNoApplication(name);

const foldersOf = (paths: readonly string[]): string[] => [
  ...new Set(paths.flatMap((path) => (path.includes('/') ? [path.slice(0, path.indexOf('/'))] : []))),
];

function projectTable(app: string, stated: Stated): string {
  const needs =
    'file' in stated
      ? 'dynamic = ["dependencies"]\n'
      : `dependencies = [${stated.lines.map((line) => `\n    ${JSON.stringify(line)},`).join('')}\n]\n`;
  return `[project]\nname = ${JSON.stringify(app)}\nversion = "0.1.0"\n${needs}`;
}

const dynamicTable = (file: string): string =>
  `[tool.setuptools.dynamic]\ndependencies = { file = [${JSON.stringify(file)}] }\n`;

/** Every folder is a package to setuptools' finder, so that templates and the like are found too. */
function setuptoolsTables({ files }: FoundProject, { root, packages: more }: PackagingNeeds): string {
  const below = root === '' ? '' : `${root}/`;
  const inside = files.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length));
  const modules = inside.filter(isModule).map((path) => path.slice(0, -'.py'.length));
  const own = foldersOf(inside.filter((path) => path.endsWith('.py'))).filter(isPackageName);
  const data = foldersOf(inside).filter((each) => besideModules.has(each));
  const packages = [...new Set([...own, ...more, ...data])].toSorted();
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  return [
    `[tool.setuptools]\npy-modules = ${list(modules)}\n${root === '' ? '' : `package-dir = { "" = ${JSON.stringify(root)} }\n`}`,
    `[tool.setuptools.packages.find]\nwhere = ${list([root === '' ? '.' : root])}\ninclude = ${list(packages.flatMap((name) => [name, `${name}.*`]))}\n`,
    '[tool.setuptools.package-data]\n"*" = ["**/*"]\n',
  ].join('\n');
}
