import { readFile } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import type { Problem } from '../../config/types.ts';
import { lockFiles } from '../lock/files.ts';

const sourceSchema = z.looseObject({ path: z.string().optional(), editable: z.boolean().optional() });
const fileSchema = z.looseObject({ path: z.string().optional(), url: z.string().optional() });
const packageSchema = z.looseObject({
  name: z.string(),
  directory: sourceSchema.optional(),
  archive: fileSchema.optional(),
  sdist: fileSchema.optional(),
  wheels: z.array(fileSchema).default([]),
});
const lockSchema = z.looseObject({ packages: z.array(packageSchema).default([]) });

/** Packages that a lock takes from a folder of this machine, as it is at the moment: nobody can build the same again. */
export async function localPaths(folder: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of Object.values(lockFiles)) {
    const text = await readFile(join(folder, file), 'utf8').catch(() => null);
    if (text !== null) problems.push(...inLock(file, text));
  }
  const requirements = await readFile(join(folder, 'requirements.txt'), 'utf8').catch(() => '');
  return [...problems, ...inRequirements(requirements)];
}

/** A lock that can't be read is told by whoever needs it. */
function inLock(file: string, text: string): Problem[] {
  const parsed = lockSchema.safeParse(read(text));
  return (parsed.success ? parsed.data.packages : []).flatMap((each) => {
    const where = placeOf(each);
    if (where === null) return [];
    const line = text.split('\n').findIndex((row) => row.trim() === `name = "${each.name}"`) + 1;
    return [problem(file, line, `${each.name} is ${where}`, each.name)];
  });
}

function placeOf({ directory, archive, sdist, wheels }: z.infer<typeof packageSchema>): string | null {
  if (directory !== undefined)
    return `${directory.editable === true ? 'an editable install of' : 'taken from'} the folder ${directory.path ?? '.'}`;
  for (const { path, url } of [archive, sdist, ...wheels].filter((each) => each !== undefined)) {
    if (url?.startsWith('file:')) return `taken from ${url}`;
    if (path !== undefined && (isAbsolute(path) || normalize(path).startsWith('..'))) return `taken from ${path}`;
  }
  return null;
}

function inRequirements(text: string): Problem[] {
  return text.split('\n').flatMap((row, at) => {
    const editable = /^\s*(?:-e|--editable)[\s=]+(\S+)/.exec(row)?.[1];
    const path = /^\s*(\.{0,2}\/\S*)/.exec(row)?.[1] ?? /@\s*(file:\S+)/.exec(row)?.[1];
    const where = editable === undefined ? path : `an editable install of ${editable}`;
    if (where === undefined) return [];
    return [
      problem(
        'requirements.txt',
        at + 1,
        `${editable === undefined ? `${where} is taken from this machine` : where}`,
        editable ?? where,
      ),
    ];
  });
}

const problem = (file: string, line: number, message: string, what: string): Problem => ({
  code: 'project.local-path',
  level: 'warning',
  source: { file, line, section: '' },
  message,
  hint: `Publish ${what} to an index, or make it a part of this project: no other machine has that folder`,
});

function read(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}
