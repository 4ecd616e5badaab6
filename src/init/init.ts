import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import { applyChanges } from './apply.ts';
import { choosePython } from './interpreter.ts';
import { freeAddress } from './listen.ts';
import { planInit } from './plan.ts';
import { findProject } from './project.ts';
import { surveyPython } from './python-source.ts';
import { findRequirements } from './requirements/find.ts';
import type { InitPlan } from './types.ts';

/**
 * Looks at the project in a folder and writes what conc needs beside it. What is there is never overwritten.
 * ConcError `init.exists`, `init.no-python`, `init.requirements`, `init.no-project`: nothing was written.
 */
export async function init(folder: string, env: NodeJS.ProcessEnv): Promise<InitPlan> {
  if (await isThere(join(folder, 'conc.ini'))) throw exists();
  const project = await findProject(folder, env);
  if (project.modules.length === 0 && project.pyproject === null) throw noProject(folder);
  const requires = z.string().safeParse(project.pyproject?.toml.project?.['requires-python']);
  const python = await choosePython(requires.success ? requires.data : null, env);
  const [survey, requirements, listen] = await Promise.all([
    surveyPython(python, folder, project.modules),
    findRequirements(project),
    freeAddress(),
  ]);
  const plan = await planInit({ project, survey, requirements, python, listen });
  await applyChanges(folder, plan.changes);
  return plan;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

function exists(): ConcError {
  return new ConcError({
    code: 'init.exists',
    message: 'There is a conc.ini already: conc init begins a project, and overwrites nothing',
    hint: 'See what it says: conc check',
    state: 'Nothing was changed',
    exit: 2,
  });
}

function noProject(folder: string): ConcError {
  return new ConcError({
    code: 'init.no-project',
    message: `There is no Python project in ${folder}: no module, and no pyproject.toml`,
    hint: 'Go to the folder of pyproject.toml, manage.py or app.py, and call it there',
    state: 'Nothing was changed',
    exit: 2,
  });
}
