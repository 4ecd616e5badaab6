import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf, sha256 } from '../digest.ts';
import { normalizeName } from '../standards/names.ts';
import type { BuildSystem, Pyproject } from './pyproject.ts';
import { buildSystem, parsePyproject } from './pyproject.ts';

/** What is locked in a project's folder. */
export interface Project {
  readonly folder: string;
  /** The file that says what is needed. */
  readonly file: 'pyproject.toml' | 'setup.py' | 'requirements.txt';
  /** Normalised; null where only its backend knows. */
  readonly name: string | null;
  /** Its requirements as text; null where only its backend (or the requirements file) knows. */
  readonly dependencies: readonly string[] | null;
  /** null: there is nothing that could be built, only requirements. */
  readonly build: BuildSystem | null;
  /** Digest of everything that the resolution depends on. */
  readonly digest: string;
}

/** Reads what a folder's application needs. ConcError `project.none`, `project.invalid`. */
export async function readProject(folder: string): Promise<Project> {
  const [pyproject, setup, requirements] = await Promise.all(
    ['pyproject.toml', 'setup.py', 'requirements.txt'].map((name) => readIfThere(join(folder, name))),
  );
  const toml = pyproject == null ? null : parsePyproject(pyproject, 'pyproject.toml');
  if (toml?.project !== undefined || toml?.['build-system'] !== undefined || setup != null) {
    return buildable(folder, toml ?? {}, setup != null && toml?.project === undefined);
  }
  if (requirements == null) throw none(folder);
  const digest = digestOf(await included(folder, 'requirements.txt'));
  return { folder, file: 'requirements.txt', name: null, dependencies: null, build: null, digest };
}

const nothing: Readonly<Record<string, unknown>> = {};

async function buildable(folder: string, toml: Pyproject, legacy: boolean): Promise<Project> {
  const { project } = toml;
  const dynamic = project === undefined || project.dynamic.includes('dependencies');
  // What decides about requirements; a new version or description must not make the lock stale.
  const { version: _version, description: _description, readme: _readme, ...deciding } = project ?? nothing;
  const tables = { project: deciding, build: toml['build-system'], tool: toml.tool };
  const { uv, poetry, setuptools } = tables.tool ?? {};
  const more = dynamic
    ? await included(folder, 'setup.py', 'setup.cfg', ...dynamicFiles(setuptools), 'requirements.txt')
    : {};
  return {
    folder,
    file: legacy && toml['build-system'] === undefined ? 'setup.py' : 'pyproject.toml',
    name: project === undefined ? null : normalizeName(project.name),
    dependencies: dynamic ? null : project.dependencies,
    build: buildSystem(toml),
    digest: digestOf({ project: tables.project, build: tables.build, uv, poetry, more }),
  };
}

/** Files that `[tool.setuptools.dynamic]` reads the requirements from. */
function dynamicFiles(setuptools: unknown): string[] {
  const schema = z.object({
    dynamic: z.object({ dependencies: z.object({ file: z.union([z.string(), z.array(z.string())]) }) }),
  });
  const parsed = schema.safeParse(setuptools);
  return parsed.success ? [parsed.data.dynamic.dependencies.file].flat() : [];
}

/** Digests of the files that are there, and of the requirements files that they include (`-r`, `-c`). */
async function included(folder: string, ...names: string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const content = name in digests ? null : await readIfThere(join(folder, name));
    if (content === null) continue;
    digests[name] = sha256(content);
    if (!name.endsWith('.txt') && !name.endsWith('.in')) continue;
    const includes = content.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[=\s]*([^\s#]+)/gm);
    for (const [, path = ''] of includes) todo.push(normalize(join(dirname(name), path)));
  }
  return digests;
}

const readIfThere = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);

function none(folder: string): ConcError {
  return new ConcError({
    code: 'project.none',
    message: `There is no Python project in ${folder}: neither pyproject.toml nor setup.py nor requirements.txt`,
    hint: 'conc.ini belongs beside them',
    exit: 2,
  });
}
