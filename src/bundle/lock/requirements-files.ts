import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { sha256 } from '../digest.ts';

/** The requirements file of a project that has nothing else: `requirements.txt`, `.in`, or the only one there is. null: none. */
export async function findRequirements(folder: string): Promise<string | null> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^requirements.*\.(txt|in)$/.test(name));
  const usual = ['requirements.txt', 'requirements.in'].find((name) => names.includes(name));
  if (usual !== undefined) return usual;
  const below = (await readdir(join(folder, 'requirements')).catch(() => [])).filter((name) =>
    /\.(txt|in)$/.test(name),
  );
  const all = [...names, ...below.map((name) => `requirements/${name}`)]
    .filter((name) => !/devops/.test(name))
    .toSorted();
  if (all.length < 2) return all[0] ?? null;
  throw new ConcError({
    code: 'project.which-requirements',
    message: `There are several requirements files: ${all.join(', ')}`,
    hint: 'Name what the application needs in conc.ini, below [DEFAULT]: lock.requirements = FILE',
    exit: 2,
  });
}

/** The first of these names that is a file. */
export async function firstFile(folder: string, names: readonly string[]): Promise<string | null> {
  for (const name of names) if ((await readIfThere(join(folder, name))) !== null) return name;
  return null;
}

/** That files which conc.ini names are there, and lie in the project. ConcError `lock.no-requirements`. */
export async function checkFiles(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const outside = isAbsolute(name) || normalize(name).startsWith('..');
    if (!outside && (await readIfThere(join(folder, name))) !== null) continue;
    throw new ConcError({
      code: 'lock.no-requirements',
      message: outside ? `${name} lies outside of the project` : `There is no requirements file ${name}`,
      hint: 'It is named in conc.ini, in lock.requirements or lock.devops, relative to conc.ini’s folder',
      exit: 2,
    });
  }
}

/** Digests of the files that are there, and of the requirements files that they include (`-r`, `-c`). */
export async function digestsOf(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const texts = await textsOf(folder, names);
  return Object.fromEntries([...texts].map(([name, text]) => [name, sha256(text)]));
}

/** The same files' texts. */
export async function textsOf(folder: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    const content = texts.has(name) ? null : await readIfThere(join(folder, name));
    if (content === null) continue;
    texts.set(name, content);
    if (!isRequirementsFile(name)) continue;
    const includes = content.matchAll(/^\s*(?:-r|-c|--requirement|--constraint)[=\s]*([^\s#]+)/gm);
    for (const [, path = ''] of includes) todo.push(normalize(join(dirname(name), path)));
  }
  return texts;
}

/** As told apart from the name of a dependency group. */
export const isRequirementsFile = (name: string): boolean => /\.(txt|in)$/.test(name);

const readIfThere = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null);
