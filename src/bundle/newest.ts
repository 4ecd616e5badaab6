import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { openBundle } from './open.ts';
import { inputsDigest, readSource } from './source.ts';
import type { ApplicationSequence, Bundle } from './types.ts';

/** Where builds put their bundles, below the folder of conc.ini. */
export const bundlesFolder = (projectFolder: string): string => join(projectFolder, '.conc', 'bundles');

/** What bundles are looked for by: whose they are, and what the config says of the lock and of the sequence. */
type Wanted = Pick<NodeSettings, 'app' | 'lock' | 'jobs'>;

/**
 * The newest bundle of an application that was built from what is in the project's folder now.
 * ConcError (exit 2) `bundle.none`: nothing was built yet; `bundle.stale`: only from something else.
 */
export async function newestBundle(projectFolder: string, { app, lock, jobs }: Wanted): Promise<Bundle> {
  const folder = bundlesFolder(projectFolder);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.bundle'));
  const inputs = names.length === 0 ? '' : await inputsDigest(await readSource(projectFolder), lock);
  let newest: Bundle | null = null;
  let others = 0;
  for (const name of names) {
    const bundle = await openBundle(join(folder, name)).catch(() => null);
    if (bundle === null) continue;
    const ours = bundle.manifest.app === app;
    const current = ours && bundle.provenance.inputs === inputs && isOf(bundle.manifest.application, jobs);
    if (ours && !current) others += 1;
    if (!current || (newest !== null && newest.provenance.built >= bundle.provenance.built)) await bundle.close();
    else {
      await newest?.close();
      newest = bundle;
    }
  }
  if (newest !== null) return newest;
  throw others > 0 ? stale(app, others, await staleLock(projectFolder, lock)) : none(app, folder);
}

/** Is a bundle's sequence the one that the config names? */
const isOf = (built: ApplicationSequence | undefined, wanted: Wanted['jobs']): boolean =>
  built?.module === wanted?.module && built?.attribute === wanted?.attribute;

/** Why a build would refuse the lock; null: it would take it. */
async function staleLock(folder: string, choice: Wanted['lock']): Promise<string | null> {
  const [{ readProject }, { lockInputs, readLocks }, { readTargets }] = await Promise.all([
    import('./lock/project.ts'),
    import('./lock/files.ts'),
    import('./targets.ts'),
  ]);
  try {
    const inputs = lockInputs(await readProject(folder, choice), await readTargets(folder));
    await readLocks(folder, inputs, { build: false, tools: false, devops: false });
    return null;
  } catch (error) {
    if (error instanceof ConcError) return error.message;
    throw error;
  }
}

function stale(app: string, others: number, lock: string | null): ConcError {
  return new ConcError({
    code: 'bundle.stale',
    message: `${others === 1 ? 'The bundle' : `Each of the ${others} bundles`} of ${app} was built from something else than what is here now${lock === null ? '' : `. ${lock}`}`,
    hint: `${lock === null ? 'Build what is here: conc build' : 'Lock and build what is here: conc lock && conc build'}. Or name an older bundle: --bundle FILE`,
    exit: 2,
  });
}

function none(app: string, folder: string): ConcError {
  return new ConcError({
    code: 'bundle.none',
    message: `There is no bundle of ${app} in ${folder}`,
    hint: 'Build one: conc build. Or name one from elsewhere: --bundle FILE',
    exit: 2,
  });
}
