import type { FoundProject } from './project.ts';
import { isNoApplication } from './project.ts';
import type { FileChange } from './types.ts';

/** How a project that nothing could build becomes one that setuptools can. */
export interface Packaging {
  readonly change: FileChange;
  /** Folders beside the modules whose files come along: `templates`, `static`. */
  readonly data: readonly string[];
}

/** What the new pyproject.toml says of requirements. */
export type StatedRequirements = { readonly file: string } | { readonly lines: readonly string[] };

/**
 * Adds what is missing to pyproject.toml, at its end, or writes one. `root`: the folder that modules are imported from.
 * `more`: packages that are about to be made.
 */
export function makeBuildable(
  { app, files, pyproject }: FoundProject,
  root: string,
  more: readonly string[],
  requirements: StatedRequirements,
): Packaging {
  const below = root === '' ? '' : `${root}/`;
  const inside = files.filter((path) => path.startsWith(below)).map((path) => path.slice(below.length));
  const modules = inside.filter(isModule).map((path) => path.slice(0, -'.py'.length));
  const packages = foldersOf(inside.filter((path) => path.endsWith('.py'))).filter(isPackageName);
  const data = foldersOf(inside.filter((path) => !path.endsWith('.py'))).filter((each) => besideModules.has(each));
  const tables = pyproject?.toml;
  const parts = [
    '# Added by conc init: how this project becomes a wheel.',
    '[build-system]\nrequires = ["setuptools>=61"]\nbuild-backend = "setuptools.build_meta"\n',
    ...(tables?.project === undefined ? [projectTable(app, requirements)] : []),
    ...(tables?.tool?.setuptools === undefined
      ? [setuptoolsTables(root, modules, [...new Set([...packages, ...more, ...data])].toSorted())]
      : []),
    ...(tables?.project === undefined && 'file' in requirements
      ? [`[tool.setuptools.dynamic]\ndependencies = { file = [${JSON.stringify(requirements.file)}] }\n`]
      : []),
  ];
  const before = pyproject?.text;
  const text = `${before === undefined ? '' : `${before.trimEnd()}\n\n`}${parts[0]}\n${parts.slice(1).join('\n')}`;
  const path = 'pyproject.toml';
  const change: FileChange =
    before === undefined
      ? { path, kind: 'new', text, why: 'makes a wheel of the modules here, by setuptools' }
      : {
          path,
          kind: 'changed',
          text,
          before,
          why: '[build-system]: makes a wheel of the modules here, by setuptools',
        };
  return { change, data };
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

function projectTable(app: string, requirements: StatedRequirements): string {
  const needs =
    'file' in requirements
      ? 'dynamic = ["dependencies"]\n'
      : `dependencies = [${requirements.lines.map((line) => `\n    ${JSON.stringify(line)},`).join('')}\n]\n`;
  return `[project]\nname = ${JSON.stringify(app)}\nversion = "0.1.0"\n${needs}`;
}

/** Every folder is a package to setuptools' finder, so that templates and the like are found too. */
function setuptoolsTables(root: string, modules: readonly string[], packages: readonly string[]): string {
  const list = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
  const dir = root === '' ? '' : `package-dir = { "" = ${JSON.stringify(root)} }\n`;
  return [
    `[tool.setuptools]\npy-modules = ${list(modules)}\n${dir}`,
    `[tool.setuptools.packages.find]\nwhere = ${list([root === '' ? '.' : root])}\ninclude = ${list(packages.flatMap((name) => [name, `${name}.*`]))}\n`,
    '[tool.setuptools.package-data]\n"*" = ["**/*"]\n',
  ].join('\n');
}
