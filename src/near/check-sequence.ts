import { join } from 'node:path';
import type { SourceFile } from '../bundle/source.ts';
import { packCode } from '../deploy/application.ts';
import { ConcError } from '../errors/conc-error.ts';
import { connect } from '../gateway/connect.ts';
import { type Mistake, readList } from './near-channel.ts';

export interface SequenceCheck {
  /** The project's folder, and its files below it. */
  readonly folder: string;
  readonly files: readonly SourceFile[];
  readonly sequence: { readonly module: string; readonly attribute: string };
  /** An interpreter of this machine: that of the near end where it was made, which has what devops code needs. */
  readonly python: string;
}

/** Every mistake in an application's list of jobs as it stands in the project now. Nothing is built. */
export async function checkSequence({ folder, files, sequence, python }: SequenceCheck): Promise<readonly Mistake[]> {
  const place = placeOf(
    files.map(({ path }) => path),
    sequence.module,
  );
  if (place === null) return [noModule(sequence.module)];
  const session = await connect({ kind: 'popen', node: 'this machine', python });
  try {
    session.push(['conc_agent.application.performer']);
    const asked = {
      python,
      ...sequence,
      digests: {},
      files: await packCode({}),
      env: {},
      paths: [join(folder, place)],
      cwd: folder,
    };
    return (await readList(session.call('near', asked))).problems;
  } catch (error) {
    if (!(error instanceof ConcError) || !error.code.startsWith('sequence.')) throw error;
    return [{ code: error.code, job: null, message: error.message, hint: error.toJSON().hint }];
  } finally {
    await session.close();
  }
}

/** The folder that a module is imported from: `src/` of `src/shop/devops/jobs.py`. The shortest, where there are several. */
function placeOf(paths: readonly string[], module: string): string | null {
  const own = module.replaceAll('.', '/');
  const found = [`${own}.py`, `${own}/__init__.py`].flatMap((wanted) =>
    paths.filter((path) => path === wanted || path.endsWith(`/${wanted}`)).map((path) => path.slice(0, -wanted.length)),
  );
  return found.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

const noModule = (module: string): Mistake => ({
  code: 'sequence.no-module',
  job: null,
  message: `the project has no module ${module}`,
  hint: 'devops.jobs names a module of the application, and the list in it: shop.devops:jobs',
});
