import { problemLine } from '../../config/problem.ts';
import type { NodeSettings, Problem } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { lockChoice } from '../lock/choice.ts';
import { newestBundle } from '../newest.ts';
import type { Source } from '../source.ts';
import { readSource } from '../source.ts';
import type { Bundle } from '../types.ts';
import { openArchive } from '../wheel/archive.ts';
import { leftOut } from './left-out.ts';
import { localPaths } from './local-paths.ts';
import { secretsInside } from './secrets.ts';
import { testsInside } from './tests-inside.ts';
import type { WheelView } from './types.ts';

type Nodes = readonly Pick<NodeSettings, 'app' | 'allowSecrets' | 'allowTests'>[];

/** What is amiss in the wheels that were built of a project. ConcError `build.secret`: a secret that nobody allowed is in one. */
export async function reportOnWheels(
  wheels: readonly { readonly path: string; readonly file: string }[],
  source: Source,
  nodes: Nodes,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { path, file } of wheels) {
    await using archive = await openArchive(path, file);
    problems.push(
      ...(await secretsInside(
        archive,
        file,
        nodes.flatMap(({ allowSecrets }) => allowSecrets),
      )),
    );
    problems.push(...reportOn({ file, paths: archive.files.map((each) => each.path) }, source, nodes));
  }
  const secrets = problems.filter(({ level }) => level === 'error');
  if (secrets.length > 0) throw secretFound(secrets);
  return problems;
}

/** What is amiss in a project before anything is built: its locks, and the newest bundle of what is here, if there is one. */
export async function reportOnProject(
  folder: string,
  nodes: readonly NodeSettings[],
  env: NodeJS.ProcessEnv,
): Promise<readonly Problem[]> {
  const problems = await localPaths(folder);
  const bundle = await newestOf(folder, nodes);
  if (bundle === null) return problems;
  try {
    const source = await readSource(folder, env);
    for (const wheel of bundle.manifest.wheels.filter(({ role }) => role === 'application')) {
      const paths = (await bundle.contents(wheel)).map(({ path }) => path);
      problems.push(...reportOn({ file: wheel.file, paths }, source, nodes));
    }
  } finally {
    await bundle.close();
  }
  return problems;
}

/** null: nothing was built of what is here; why, is not what is asked. */
async function newestOf(folder: string, nodes: readonly NodeSettings[]): Promise<Bundle | null> {
  try {
    return await newestBundle(folder, {
      app: nodes[0]?.app ?? '',
      lock: lockChoice(nodes),
      jobs: nodes[0]?.jobs ?? null,
    });
  } catch (error) {
    if (error instanceof ConcError) return null;
    throw error;
  }
}

const reportOn = (wheel: WheelView, source: Source, nodes: Nodes): Problem[] => [
  ...leftOut(
    source.files.map(({ path }) => path),
    wheel,
  ),
  ...testsInside(
    wheel,
    nodes.flatMap(({ allowTests }) => allowTests),
  ),
];

function secretFound(secrets: readonly Problem[]): ConcError {
  const [first] = secrets;
  return new ConcError({
    code: 'build.secret',
    message:
      secrets.length === 1
        ? `${first?.source.file}: ${first?.message ?? ''}`
        : `${secrets.length} files that hold secrets are in the application's wheel, and would be on every node`,
    ...(secrets.length === 1 ? {} : { evidence: secrets.map(problemLine) }),
    hint: first?.hint ?? '',
    state: 'No bundle was written',
    exit: 2,
  });
}
