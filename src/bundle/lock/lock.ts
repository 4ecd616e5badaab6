import { resolve } from 'node:path';
import type { BuilderSettings, NodeSettings } from '../../config/types.ts';
import type { Cache } from '../fetch/cache.ts';
import { sizeOf } from '../fetch/size.ts';
import type { FactsOf } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { Backend } from './backend.ts';
import type { LockChange } from './changes.ts';
import { lockChanges } from './changes.ts';
import { lockFiles, readLockTexts, writeLocks } from './files.ts';
import { keepVendored } from './keep-vendored.ts';
import { refuseOutside } from './local.ts';
import type { Locking } from './locking.ts';
import { openLocking } from './locking.ts';
import { neededBy, versionsIn } from './needed-files.ts';
import { lockedVersions, recordIn } from './pylock.ts';
import { resolveAll } from './resolve-all.ts';
import { refuseSecretAddresses } from './secret-addresses.ts';
import { upgradeNames } from './upgrade-names.ts';
import { removeUnvendored } from './vendor.ts';
import { writePylock } from './write-pylock.ts';

export interface LockRequest {
  /** Every node of conc.ini. */
  readonly nodes: readonly NodeSettings[];
  /** The `[builder NAME]`s. */
  readonly builders?: readonly BuilderSettings[];
  readonly factsOf: FactsOf;
  readonly cache: Cache;
  /** Take the newest, not the versions of the former lock: of these packages, or (true) of everything. */
  readonly upgrade: boolean | readonly string[];
  /** Take the versions that are installed in this venv. */
  readonly venv?: string | undefined;
  /** Keep the files in the repository, or no longer; undefined: as the former lock did. */
  readonly vendor?: boolean | undefined;
  /** Told what is being done, a line each. */
  readonly progress: (line: string) => void;
}

export interface LockResult {
  readonly backend: Backend['name'];
  /** Names of the targets that the lock covers. */
  readonly targets: readonly string[];
  readonly files: readonly string[];
  readonly packages: readonly { readonly name: string; readonly version: string }[];
  readonly changes: readonly LockChange[];
  /** What `conc build` will have to build besides the project: `docopt 0.6.2`. */
  readonly sdists: readonly string[];
  /** What is kept in the repository now; null: nothing. */
  readonly vendored: { readonly files: number; readonly bytes: number } | null;
  readonly warnings: readonly string[];
}

/** Resolves what a project needs, for every target, and writes the locks. */
export async function lock({ nodes, factsOf, cache, progress, ...wishes }: LockRequest): Promise<LockResult> {
  const former = await readLockTexts(cache.folder);
  const upgrade = upgradeNames(wishes.upgrade, former);
  const locking = await openLocking({ nodes, factsOf, cache, former, upgrade });
  const { sdists, separate } = await resolveAll(locking, {
    venv: wishes.venv === undefined ? null : resolve(cache.folder, wishes.venv),
    supervised: nodes.some(({ service }) => service === 'supervisord'),
    ...{ locks: former, progress, far: wishes.builders ?? [] },
  });
  const vendored = (wishes.vendor ?? isVendored(former)) ? await keepVendored(locking) : null;
  const record = {
    ...{ backend: locking.backend.name, inputs: locking.inputs, targets: locking.covered.map(({ name }) => name) },
    ...(vendored === null ? {} : { vendored: true }),
  };
  const texts = new Map<string, string>();
  for (const [name, document] of locking.documents) {
    refuseOutside(document);
    refuseSecretAddresses(document);
    const apart = name === lockFiles.build && separate.length > 0 ? { separate } : {};
    texts.set(name, writePylock(document, { ...record, ...apart }));
  }
  await writeLocks(cache.folder, texts);
  await removeUnvendored(cache.folder, former, vendored?.paths ?? new Set());
  return {
    ...{ backend: record.backend, targets: record.targets, files: [...texts.keys()], warnings: locking.warnings },
    packages: lockedVersions(texts.get(lockFiles.runtime) ?? '').map(({ name, version }) => ({ name, version })),
    changes: await changesOf(locking, former, texts),
    sdists: sdists.map(({ name, version }) => `${name} ${version}`),
    vendored: vendored && { files: vendored.paths.size, bytes: vendored.bytes },
  };
}

const isVendored = (former: ReadonlyMap<string, string>): boolean =>
  recordIn(former.get(lockFiles.runtime))?.vendored === true;

async function changesOf(
  locking: Locking,
  former: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Promise<LockChange[]> {
  const names = [...new Set([...texts.keys(), ...former.keys()])];
  const changes = names.map((name) => {
    const specs: readonly TargetSpec[] = neededBy(locking, name);
    const versions = (of: ReadonlyMap<string, string>): ReturnType<typeof versionsIn> =>
      versionsIn(of.get(name) ?? '', specs);
    return lockChanges(name, versions(former), versions(texts), (file) => sizeOf(file, locking.cache));
  });
  return (await Promise.all(changes)).flat();
}
