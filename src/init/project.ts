import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type Pyproject, parsePyproject } from '../bundle/lock/pyproject.ts';
import { readSource } from '../bundle/source.ts';
import { normalizeName } from '../bundle/standards/names.ts';

/** A project as conc init finds it. */
export interface FoundProject {
  readonly folder: string;
  /** A name for the application, of letters, digits and dashes. */
  readonly app: string;
  /** Every file that belongs to it, below the folder, with `/`. */
  readonly files: readonly string[];
  /** Python files that could hold an application: not tests, documentation, examples. */
  readonly modules: readonly string[];
  /** Is it in a git repository? */
  readonly git: boolean;
  readonly pyproject: { readonly text: string; readonly toml: Pyproject } | null;
  readonly setupCfg: string | null;
  readonly setupPy: string | null;
  /** What can be built as it is: a `[build-system]`, or a setup.py. */
  readonly buildable: boolean;
}

export async function findProject(folder: string, env: NodeJS.ProcessEnv): Promise<FoundProject> {
  const read = (name: string): Promise<string | null> => readFile(join(folder, name), 'utf8').catch(() => null);
  const [pyproject, setupCfg, setupPy] = await Promise.all([
    read('pyproject.toml'),
    read('setup.cfg'),
    read('setup.py'),
  ]);
  const source = await readSource(folder, env);
  const files = source.files.map(({ path }) => path);
  const toml = pyproject === null ? null : parsePyproject(pyproject, 'pyproject.toml');
  return {
    folder,
    app: nameOf(toml, setupCfg, folder),
    files,
    modules: files.filter((path) => path.endsWith('.py') && !path.split('/').some(isNoApplication)),
    git: source.commit !== null || source.repository || source.changes.length > 0,
    pyproject: pyproject === null || toml === null ? null : { text: pyproject, toml },
    setupCfg,
    setupPy,
    buildable: toml?.['build-system'] !== undefined || setupPy !== null,
  };
}

/** `[tool.poetry]`, as far as conc init reads it. */
export const poetrySchema = z.looseObject({
  name: z.string().optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
  scripts: z.record(z.string(), z.unknown()).optional(),
});

/** Parts of paths whose modules are about an application, not one. */
const elsewhere = new Set([
  ...['tests', 'test', 'testing', 'docs', 'doc', 'examples', 'example', 'samples', 'benchmarks', 'bench', 'devops'],
  ...['setup.py', 'conftest.py', 'noxfile.py', 'fabfile.py', 'dodo.py', 'tests.py'],
]);
export const isNoApplication = (part: string): boolean => elsewhere.has(part) || /^test_.*\.py$/.test(part);

function nameOf(toml: Pyproject | null, setupCfg: string | null, folder: string): string {
  const poetry = poetrySchema.safeParse(toml?.tool?.poetry);
  const own =
    toml?.project?.name ??
    (poetry.success ? poetry.data.name : undefined) ??
    /^\[metadata\][^[]*?^name *= *(\S+)/ms.exec(setupCfg ?? '')?.[1] ??
    basename(folder);
  return normalizeName(own.replaceAll(/[^A-Za-z0-9._-]+/g, '-')).replaceAll(/^-+|-+$/g, '') || 'app';
}
