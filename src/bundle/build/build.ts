import { access } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { BuilderSettings, NodeSettings, Problem } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { defaultSequence } from '../../sequence/default.ts';
import { withEtc } from '../../sequence/etc.ts';
import { collisionText } from '../collision-text.ts';
import type { Freeze } from '../devops/freeze.ts';
import { digestOf, sha256 } from '../digest.ts';
import type { Cache } from '../fetch/cache.ts';
import { concFolder } from '../fetch/cache.ts';
import type { FactsOf, Interpreter } from '../interpreters.ts';
import { builderCommand, findBuilders } from '../lock/builders.ts';
import { lockChoice } from '../lock/choice.ts';
import type { Locks } from '../lock/files.ts';
import { lockFiles, lockInputs, readLocks, separateBuildFile } from '../lock/files.ts';
import { findBackend } from '../lock/find-backend.ts';
import type { Project } from '../lock/project.ts';
import { readProject } from '../lock/project.ts';
import { withoutVendored } from '../lock/vendor.ts';
import { bundlesFolder } from '../newest.ts';
import { localPaths } from '../project-report/local-paths.ts';
import { reportOnWheels } from '../project-report/report.ts';
import type { Source } from '../source.ts';
import { inputsDigest, readSource, sourceDigest } from '../source.ts';
import { readTargets } from '../targets.ts';
import { gatherTests } from '../tests/gather.ts';
import type { Collision, Manifest, Provenance, TargetSpec, ToolSet } from '../types.ts';
import { withoutEtc } from '../without-etc.ts';
import { buildFor } from './build-for.ts';
import type { Builders, BuiltHere } from './builders.ts';
import { checkCommitted } from './committed.ts';
import { gatherEtc, ignoredFiles } from './etc.ts';
import { farBuilders } from './far-builders.ts';
import type { GatheredWheel, WheelAt } from './gather.ts';
import { gather, wheelsOfLock } from './gather.ts';
import { devopsSet, gatherDevops, withSequence } from './sequence.ts';
import { copyTree } from './tree.ts';
import type { Difference } from './verify-builds.ts';
import { verifyBuilds } from './verify-builds.ts';
import type { BuildSettings, WheelBuilder } from './wheel-builder.ts';
import { nearBuilder } from './wheel-builder.ts';
import { writeBundle } from './write-bundle.ts';

export interface BuildRequest {
  readonly nodes: readonly NodeSettings[];
  readonly factsOf: FactsOf;
  readonly cache: Cache;
  /** Build what isn't committed too; the bundle says so. */
  readonly dirty: boolean;
  /** The `[builder NAME]`s: asked where no interpreter of this machine is of a target's kind. */
  readonly builders?: readonly BuilderSettings[];
  /** Names of variables that builds see besides those that they always do. */
  readonly pass?: readonly string[];
  /** Build everything that is built a second time, in other surroundings, and compare. */
  readonly verify?: boolean;
  /** Reads the application's list of jobs, where it has one. */
  readonly freeze: Freeze;
  /** conc's own version, for the provenance. */
  readonly conc: string;
  readonly progress: (line: string) => void;
}

export interface BuildResult {
  readonly path: string;
  readonly id: string;
  readonly manifest: Manifest;
  readonly provenance: Provenance;
  readonly tools: readonly ToolSet[];
  /** A bundle of this id was there already. */
  readonly same: boolean;
  /** null: it was not asked for. Empty: every wheel came out the same again. */
  readonly differences: readonly Difference[] | null;
  /** What is amiss in the application's own wheel, and does no harm to the build. */
  readonly warnings: readonly Problem[];
}

/** Makes the bundle of a project from its locks, for every target that they cover. */
export async function build(request: BuildRequest): Promise<BuildResult> {
  const { folder, env } = request.cache;
  const app = appOf(request.nodes);
  const project = await readProject(folder, lockChoice(request.nodes));
  if (project.build === null) throw onlyRequirements();
  const source = await readSource(folder, env);
  const uncommitted = checkCommitted(source, request.dirty);
  const known = await readTargets(folder);
  const tools = request.nodes.some(({ service }) => service === 'supervisord');
  const locks = await readLocks(folder, lockInputs(project, known), {
    ...{ build: true, tools, devops: project.devops !== null },
  });
  const targets = known.filter(({ name }) => locks.runtime.lock.record?.targets.includes(name));
  const built: BuiltHere[] = [];
  const settings = { env, passed: passedOn(request) };
  await using far = farBuilders(request.builders ?? [], settings, builderCommand(request.nodes));
  const interpreters = await nearInterpreters(request, targets);
  const builders: Builders = {
    ...{ near: await nearBuilders(request, interpreters, settings), far },
    tools: { ...settings, cache: request.cache, progress: request.progress, requirements: locks.build?.text ?? '' },
    onBuilt: (wheel) => void built.push(wheel),
  };

  const etc = await gatherEtc(source, request.nodes);
  const tree = withoutEtc(withoutVendored(source, new Map(Object.entries(lockTexts(locks)))));
  const ours = await buildProject(project, tree, targets, builders);
  const separate = new Map([...locks.separate].map(([name, { text }]) => [name, text]));
  const vendors = await wheelsOfLock(locks.runtime.lock, targets, builders, separate);
  const allow = [...new Set(request.nodes.flatMap((node) => node.allowCollisions))].toSorted();
  const collisions: Collision[] = [];
  const onCollision = (each: Collision): void => {
    collisions.push(each);
    request.progress(collisionText(each));
  };
  const wheels = await gather([...ours, ...vendors], targets, { allow, onCollision });
  const toolWheels =
    locks.tools === null ? [] : await gather(await wheelsOfLock(locks.tools.lock, targets, builders), targets);
  const near = await gatherDevops(locks, interpreters, builders);
  const ownWheels = wheels.filter(({ entry }) => entry.role === 'application');
  const warnings = [
    ...uncommitted,
    ...ignoredFiles(etc),
    ...(await localPaths(folder)),
    ...(await reportOnWheels(
      ownWheels.map(({ path, entry: { file } }) => ({ path, file })),
      source,
      request.nodes,
    )),
  ];
  const draft: Manifest = {
    format: 1,
    app,
    version: wheels.find(({ entry }) => entry.role === 'application')?.entry.version ?? '',
    // Which nodes a target was recorded from is no part of what the bundle is.
    targets: targets.map((target) => ({ ...target, nodes: [] })),
    wheels: wheels.map(({ entry }) => entry),
    sequence: defaultSequence,
    ...(etc === null ? {} : { etc: etc.tree }),
    lock: sha256(locks.runtime.text),
    ...(allow.length > 0 ? { allow } : {}),
    ...(collisions.length > 0 ? { collisions } : {}),
  };
  const sets = [...toolSets(toolWheels), ...devopsSet(near)];
  const all = { wheels, toolWheels: [...toolWheels, ...near], tools: sets };
  const tests = await gatherTests(wheels, source, interpreters);
  const tested = tests === null ? draft : { ...draft, tests: tests.entry };
  const { manifest: sequenced, devops } = await withSequence(request, tested, all, interpreters);
  const manifest = { ...sequenced, sequence: withEtc(sequenced.sequence, etc !== null) };
  const provenance = await provenanceOf(request, source);
  const id = digestOf(manifest);
  const path = join(bundlesFolder(folder), `${app}-${manifest.version}-${id.slice(0, 8)}.bundle`);
  const same = await access(path).then(
    () => true,
    () => false,
  );
  await concFolder(folder);
  await writeBundle(path, {
    manifest,
    provenance,
    locks: lockTexts(locks),
    devops,
    tests: tests?.text ?? null,
    etc: etc?.members ?? new Map(),
    ...all,
  });
  const differences = request.verify === true ? await verifyBuilds(built, builders.tools) : null;
  return { path, id, manifest, provenance, tools: sets, same, differences, warnings };
}

function appOf(nodes: readonly NodeSettings[]): string {
  const [app, ...more] = new Set(nodes.map((node) => node.app));
  if (app !== undefined && more.length === 0) return app;
  throw new ConcError({
    code: 'build.app',
    message:
      app === undefined
        ? 'conc.ini has no node, so no app'
        : `The nodes are of several applications: ${[app, ...more].join(', ')}`,
    hint: 'A bundle is of one application: write app = NAME into [DEFAULT], and other applications into a conc.ini of their own',
    exit: 2,
  });
}

async function nearInterpreters(
  { nodes, cache, factsOf }: BuildRequest,
  targets: readonly TargetSpec[],
): Promise<readonly Interpreter[]> {
  return findBuilders(nodes, targets, await findBackend(builderCommand(nodes), cache.env), factsOf);
}

async function nearBuilders(
  { nodes, cache }: BuildRequest,
  interpreters: readonly Interpreter[],
  settings: BuildSettings,
): Promise<readonly WheelBuilder[]> {
  const backend = await findBackend(builderCommand(nodes), cache.env);
  return interpreters.map((interpreter) => nearBuilder(interpreter, backend, settings));
}

function passedOn({ pass = [], cache: { env } }: BuildRequest): Record<string, string> {
  const missing = pass.filter((name) => env[name] === undefined);
  if (missing.length > 0) {
    throw new ConcError({
      code: 'build.no-variable',
      message: `--env ${missing.join(', ')}: there is no such environment variable`,
      hint: 'Set it, or leave the option out',
      exit: 2,
    });
  }
  return Object.fromEntries(pass.map((name) => [name, env[name] ?? '']));
}

async function buildProject(
  project: Project,
  source: Source,
  targets: readonly TargetSpec[],
  builders: Builders,
): Promise<readonly WheelAt[]> {
  const described = {
    what: project.name ?? 'the project',
    // A version may come from git, so the commit counts as a part of what is built.
    digest: digestOf([await sourceDigest(source), source.commit, source.changes]),
    open: (to: string) => copyTree(source, to, builders.tools.cache.env),
  };
  const built = await buildFor(described, targets, builders);
  return built.map(({ path, targets: served }) => ({ path, targets: served, role: 'application', origin: 'project' }));
}

async function provenanceOf({ conc, nodes }: BuildRequest, source: Source): Promise<Provenance> {
  return {
    commit: source.commit,
    dirty: source.changes.length > 0,
    builder: userInfo().username,
    host: hostname(),
    built: new Date().toISOString(),
    conc,
    inputs: await inputsDigest(source, lockChoice(nodes)),
  };
}

function toolSets(wheels: readonly GatheredWheel[]): readonly ToolSet[] {
  const version = wheels.find(({ entry }) => entry.name === 'supervisor')?.entry.version;
  return version === undefined ? [] : [{ name: 'supervisor', version, wheels: wheels.map(({ entry }) => entry) }];
}

const lockTexts = ({ runtime, build: needed, separate, devops, tools }: Locks): Record<string, string> => ({
  [lockFiles.runtime]: runtime.text,
  ...(needed === null ? {} : { [lockFiles.build]: needed.text }),
  ...Object.fromEntries([...separate].map(([name, { text }]) => [separateBuildFile(name), text])),
  ...(devops === null ? {} : { [lockFiles.devops]: devops.text }),
  ...(tools === null ? {} : { [lockFiles.tools]: tools.text }),
});

function onlyRequirements(): ConcError {
  return new ConcError({
    code: 'build.no-project',
    message: 'There is only a requirements.txt: what it names can be locked, but there is no application to build',
    hint: 'Write a pyproject.toml with [build-system] and [project] (name, version, dependencies) that packages your modules, then conc lock',
    exit: 2,
  });
}
