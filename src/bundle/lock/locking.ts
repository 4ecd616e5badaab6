import type { NodeSettings } from '../../config/types.ts';
import type { Cache } from '../fetch/cache.ts';
import type { FactsOf, Interpreter } from '../interpreters.ts';
import type { TargetSpec } from '../types.ts';
import type { Backend, Requirements, Resolution, ResolveRequest } from './backend.ts';
import { builderCommand, findBuilders } from './builders.ts';
import { lockChoice } from './choice.ts';
import { coverage, lowest, onlyThis } from './coverage.ts';
import { lockInputs } from './files.ts';
import { findBackend } from './find-backend.ts';
import { knownTargets } from './known-targets.ts';
import { withoutOwnTree } from './local.ts';
import { pipOnly } from './pip-only.ts';
import type { Project } from './project.ts';
import { readProject } from './project.ts';
import type { PylockDocument } from './pylock-document.ts';
import { readDocument } from './pylock-document.ts';
import { refuseExcluded } from './requires-python.ts';
import { secretsWritten } from './secret-addresses.ts';

export interface LockingRequest {
  /** Every node of conc.ini. */
  readonly nodes: readonly NodeSettings[];
  readonly factsOf: FactsOf;
  readonly cache: Cache;
  /** The locks that are there, by file name. */
  readonly former: ReadonlyMap<string, string>;
  /** The newest, not the former versions: of these packages, or (true) of everything. */
  readonly upgrade: true | readonly string[];
}

/** What locking works with: who resolves what, for which targets, and what came of it so far. */
export interface Locking {
  readonly project: Project;
  readonly cache: Cache;
  readonly backend: Backend;
  /** Interpreters of this machine; `builder` is the one that resolves and asks backends. */
  readonly builders: readonly Interpreter[];
  readonly builder: Interpreter;
  readonly covered: readonly TargetSpec[];
  /** The lowest Python that the locks serve. */
  readonly version: TargetSpec['python'];
  readonly inputs: string;
  /** The former locks whose versions count. */
  readonly former: ReadonlyMap<string, string>;
  readonly upgrade: readonly string[];
  /** By file name. */
  readonly documents: Map<string, PylockDocument>;
  readonly warnings: string[];
}

export async function openLocking({ nodes, factsOf, cache, former, upgrade }: LockingRequest): Promise<Locking> {
  const project = await readProject(cache.folder, lockChoice(nodes));
  const { targets, warnings } = await knownTargets(cache.folder, nodes, factsOf);
  refuseExcluded(project, targets);
  const backend = await findBackend(builderCommand(nodes), cache.env);
  const builders = await findBuilders(nodes, targets, backend, factsOf);
  const { builder, covered } = coverage(backend, builders, targets);
  const left = targets.filter((target) => !covered.includes(target));
  return {
    ...{ project, cache, backend, builders, builder, covered },
    version: lowest(covered.map(({ python }) => python)),
    inputs: lockInputs(project, targets),
    former: upgrade === true ? new Map() : former,
    upgrade: upgrade === true ? [] : upgrade,
    documents: new Map(),
    warnings: [
      ...warnings,
      ...(left.length > 0 ? [onlyThis(covered, left)] : []),
      ...(backend.name === 'uv' ? await pipOnly(cache.folder, cache.env) : []),
      ...(await secretsWritten(project)),
    ],
  };
}

/** Resolves one lock. */
export function resolveFor(
  { backend, builder, version, upgrade, former }: Locking,
  file: string,
  request: Pick<ResolveRequest, 'what' | 'constraints'> & {
    readonly requirements: Requirements;
    readonly version?: TargetSpec['python'];
  },
): Promise<Resolution> {
  const kept = former.get(file) ?? null;
  return backend.resolve({ python: builder.command, version, upgrade, former: kept, ...request });
}

/** Takes what a resolver found as the content of a lock. `copy`: where the project's tree was asked. */
export function take(locking: Locking, file: string, { text, yanked }: Resolution, copy = ''): PylockDocument {
  const document = withoutOwnTree(readDocument(text, file), locking.cache.folder, copy);
  locking.documents.set(file, document);
  for (const { name, version, reason } of yanked)
    locking.warnings.push(`${name} ${version} was yanked from its index${reason === '' ? '' : `: ${reason}`}`);
  return document;
}
