import { join } from 'node:path';
import type { BuilderSettings, NodeSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { copyTree } from '../build/tree.ts';
import { chooseFor } from '../choose.ts';
import type { Cache } from '../fetch/cache.ts';
import type { FactsOf, Interpreter } from '../interpreters.ts';
import { buildsFor } from '../interpreters.ts';
import type { Source } from '../source.ts';
import { readSource } from '../source.ts';
import { readTargets, recordTarget } from '../targets.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { TargetSpec } from '../types.ts';
import type { Backend, Requirements } from './backend.ts';
import { buildGaps } from './build-gaps.ts';
import { lockBuildRequirements } from './build-requirements.ts';
import { builderCommand, findBuilders } from './builders.ts';
import type { LockChange } from './changes.ts';
import { lockChanges } from './changes.ts';
import { lockFiles, lockInputs, readLockText, writeLocks } from './files.ts';
import { findBackend } from './find-backend.ts';
import type { Project } from './project.ts';
import { readProject } from './project.ts';
import type { LockedPackage } from './pylock.ts';
import { parsePylock } from './pylock.ts';
import { signPylock } from './write-pylock.ts';

export interface LockRequest {
  /** Every node of conc.ini. */
  readonly nodes: readonly NodeSettings[];
  /** The `[builder NAME]`s. */
  readonly builders?: readonly BuilderSettings[];
  readonly factsOf: FactsOf;
  readonly cache: Cache;
  /** Take the newest of everything, not the versions of the former lock. */
  readonly upgrade: boolean;
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
  readonly warnings: readonly string[];
}

/** supervisor 4.3.0 needs nothing but Python ≥ 3.8's standard library. */
const tools = ['supervisor==4.3.0'];

/** Resolves what a project needs, for every target, and writes the locks. */
export async function lock(request: LockRequest): Promise<LockResult> {
  const { folder, env } = request.cache;
  const project = await readProject(folder);
  const { targets, warnings } = await knownTargets(request);
  const backend = await findBackend(builderCommand(request.nodes), env);
  const builders = await findBuilders(request.nodes, targets, backend, request.factsOf);
  const { builder, covered } = coverage(backend, builders, targets);
  const left = targets.filter((target) => !covered.includes(target));
  if (left.length > 0) warnings.push(onlyThis(covered, left));
  const record = {
    backend: backend.name,
    inputs: lockInputs(project, targets),
    targets: covered.map(({ name }) => name),
  };
  const version = lowest(covered.map(({ python }) => python));
  const resolve = async (requirements: Requirements, what: string, former: string | null): Promise<string> =>
    backend.resolve({ requirements, what, python: builder.command, version, former: request.upgrade ? null : former });

  request.progress(`resolving ${project.file} by ${backend.name}, for Python ${version.join('.')} and newer`);
  const former = await readLockText(folder, 'runtime');
  const source = await readSource(folder, env);
  await using work = await temporaryFolder();
  const runtime = await resolve(await requirementsOf(project, source, work.path, env), project.file, former);
  const { packages } = parsePylock(runtime, lockFiles.runtime);
  const sdists = mustBeBuilt(packages, covered);
  warnings.push(...buildGaps(packages, covered, builders, request.builders ?? []));

  request.progress('resolving what is needed to build');
  const build = await lockBuildRequirements({
    project: project.build === null ? null : { source, build: project.build },
    ...{ sdists, backend, builder, cache: request.cache },
    version: lowest([version, builder.spec.python]),
    former: request.upgrade ? null : await readLockText(folder, 'build'),
  });
  const supervised = request.nodes.some(({ service }) => service === 'supervisord');
  const ours = supervised ? await resolve({ kind: 'lines', lines: tools }, tools.join(', '), null) : null;
  const texts = { runtime, build, tools: ours };
  const files = await writeLocks(folder, {
    runtime: signPylock(texts.runtime, record),
    build: texts.build === null ? null : signPylock(texts.build, record),
    tools: texts.tools === null ? null : signPylock(texts.tools, record),
  });
  return {
    ...{ backend: backend.name, targets: record.targets, files, warnings },
    packages: packages.map(({ name, version: locked }) => ({ name, version: locked })),
    changes: lockChanges(former === null ? [] : parsePylock(former, lockFiles.runtime).packages, packages),
    sdists: sdists.map(({ name, version: locked }) => `${name} ${locked}`),
  };
}

/** The recorded targets. Nodes on this machine are recorded now; the others are named, they must be asked. */
async function knownTargets({
  nodes,
  factsOf,
  cache: { folder },
}: LockRequest): Promise<{ targets: readonly TargetSpec[]; warnings: string[] }> {
  const recorded = new Set((await readTargets(folder)).flatMap((target) => target.nodes));
  const unknown = nodes.filter(({ name }) => !recorded.has(name));
  for (const { name, python } of unknown.filter(({ gateway }) => gateway === 'popen')) {
    await recordTarget(folder, await factsOf(python), name);
  }
  const far = unknown.filter(({ gateway }) => gateway === 'ssh').map(({ name }) => name);
  const targets = await readTargets(folder);
  if (targets.length === 0) {
    throw new ConcError({
      code: 'lock.no-target',
      message: 'It is not known yet for which interpreters and machines to lock',
      hint: `Record what your nodes are: conc check ${far[0] ?? 'NODE'} --record`,
      exit: 2,
    });
  }
  const warnings = far.map(
    (name) => `${name} has no target yet. If it is unlike the others: conc check ${name} --record`,
  );
  return { targets, warnings };
}

/** The interpreter to resolve with, and the targets that its resolution serves. */
function coverage(
  backend: Backend,
  builders: readonly Interpreter[],
  targets: readonly TargetSpec[],
): { builder: Interpreter; covered: readonly TargetSpec[] } {
  const builder = builders.find((each) => targets.some((target) => buildsFor(each, target)));
  const [any] = builders;
  if (backend.universal && any !== undefined) return { builder: builder ?? any, covered: targets };
  if (builder !== undefined) return { builder, covered: targets.filter((target) => buildsFor(builder, target)) };
  throw new ConcError({
    code: 'lock.no-interpreter',
    message: `pip locks only for an interpreter that is here, and none is like ${targets.map(({ name }) => name).join(', ')}`,
    hint: 'Install uv, which locks for any; or a Python of that version',
    evidence: builders.map(({ command, spec }) => `${command} is ${spec.name}`),
    exit: 2,
  });
}

/** A project that only its backend can ask is asked in a copy: backends leave folders of their own behind. */
async function requirementsOf(
  { folder, file, dependencies, build }: Project,
  source: Source,
  work: string,
  env: NodeJS.ProcessEnv,
): Promise<Requirements> {
  if (build === null) return { kind: 'file', folder, file };
  if (dependencies !== null) return { kind: 'project', folder, file, lines: dependencies };
  const copy = await copyTree(source, join(work, 'project'), env);
  return { kind: 'project', folder: copy, file, lines: null };
}

/** Packages that at least one target can only get from their sdist. */
function mustBeBuilt(packages: readonly LockedPackage[], targets: readonly TargetSpec[]): readonly LockedPackage[] {
  const chosen = [...chooseFor({ packages, record: null }, targets).values()].flat();
  const needed = new Set(chosen.filter(({ wheel }) => wheel === null).map((choice) => choice.package));
  return packages.filter((each) => needed.has(each));
}

const lowest = (versions: readonly TargetSpec['python'][]): TargetSpec['python'] =>
  versions.toSorted((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])[0] ?? [3, 8, 0];

const onlyThis = (covered: readonly TargetSpec[], left: readonly TargetSpec[]): string =>
  `pip locks for ${covered.map(({ name }) => name).join(', ')} only; nothing is locked for ${left.map(({ name }) => name).join(', ')}. uv locks for all of them`;
