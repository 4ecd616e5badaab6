import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundProject } from './project.ts';
import type { PythonSurvey } from './python-source.ts';
import type { Candidate } from './types.ts';

/** Frameworks that an application is made with and that no requirement names: what provides them, as requirements. */
export async function missingFrameworks(
  project: FoundProject,
  survey: PythonSurvey,
  chosen: readonly Candidate[],
  required: ReadonlySet<string>,
): Promise<string[]> {
  const names = [...new Set(chosen.map(({ kind }) => kind))].filter((kind) => kind !== 'script' && !required.has(kind));
  return names.includes('django')
    ? [await django(project, survey), ...names.filter((name) => name !== 'django')]
    : names;
}

/** startproject writes into the settings which Django it was. */
async function django({ folder }: FoundProject, survey: PythonSurvey): Promise<string> {
  const file = survey.django.flatMap(({ debug }) => (debug === null ? [] : [debug.file]))[0];
  const text = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
  const version = /using Django (\d+\.\d+)/.exec(text)?.[1];
  return version === undefined ? 'django' : `django~=${version}`;
}
