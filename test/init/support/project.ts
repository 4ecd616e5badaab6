import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../src/bundle/temporary-folder.ts';
import { planInit } from '../../../src/init/plan.ts';
import { findProject } from '../../../src/init/project.ts';
import { surveyPython } from '../../../src/init/python-source.ts';
import { findRequirements } from '../../../src/init/requirements/find.ts';
import type { InitPlan } from '../../../src/init/types.ts';
import { writeFiles } from '../../bundle/support/project.ts';

export const flask = 'from flask import Flask\napp = Flask(__name__)\n\n@app.get("/")\ndef front(): ...\n';

/** What conc init would do to a project of these files, in a folder named guestbook. */
export async function planFor(files: Readonly<Record<string, string>>, git = false): Promise<InitPlan> {
  await using work = await temporaryFolder();
  const folder = `${work.path}/guestbook`;
  await writeFiles(folder, files);
  if (git) await promisify(execFile)('git', ['init', '--quiet', folder]);
  const project = await findProject(folder, process.env);
  const [survey, requirements] = await Promise.all([
    surveyPython('python3', folder, project.modules),
    findRequirements(project),
  ]);
  return await planInit({ project, survey, requirements, python: 'python3', listen: '127.0.0.1:8000' });
}

/** The text that a plan gives a file. */
export const textOf = ({ changes }: InitPlan, path: string): string =>
  changes.find((change) => change.path === path)?.text ??
  `no ${path} in ${changes.map((each) => each.path).join(', ')}`;

/** The lines of conc.ini that say something, DEFAULT and the node left out. */
export const served = (plan: InitPlan): string[] => {
  const [, group = ''] = /\[group \w+\]\n(.*?)\n\n# A directory/s.exec(textOf(plan, 'conc.ini')) ?? [];
  return group.split('\n');
};
