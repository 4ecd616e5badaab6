import { join } from 'node:path';
import type { BuilderSettings } from '../../config/types.ts';
import { copyTree } from '../build/tree.ts';
import { chooseFor } from '../choose.ts';
import type { Source } from '../source.ts';
import { readSource } from '../source.ts';
import { normalizeName } from '../standards/names.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { TargetSpec } from '../types.ts';
import { withoutEtc } from '../without-etc.ts';
import type { Requirements } from './backend.ts';
import { buildGaps } from './build-gaps.ts';
import { lockBuildRequirements } from './build-requirements.ts';
import { lowest } from './coverage.ts';
import { lockFiles, separateBuildFile } from './files.ts';
import type { Locking } from './locking.ts';
import { resolveFor, take } from './locking.ts';
import type { Project } from './project.ts';
import type { LockedPackage } from './pylock.ts';
import { readPylock } from './pylock.ts';
import type { PylockDocument } from './pylock-document.ts';
import { withoutVendored } from './vendor.ts';
import { readVenv } from './venv.ts';

/** supervisor 4.3.0 needs nothing but Python ≥ 3.8's standard library. */
const tools = ['supervisor==4.3.0'];

export interface Wanted {
  /** An existing venv whose versions are taken; absolute. */
  readonly venv: string | null;
  /** Is there a node with service = supervisord? */
  readonly supervised: boolean;
  /** The `[builder NAME]`s. */
  readonly far: readonly BuilderSettings[];
  /** The locks that are there: what they keep in the repository is no part of the project. */
  readonly locks: ReadonlyMap<string, string>;
  readonly progress: (line: string) => void;
}

export interface Resolved {
  /** What some target can only get by building it. */
  readonly sdists: readonly LockedPackage[];
  /** Packages whose build has a lock of its own. */
  readonly separate: readonly string[];
}

/** Resolves all that a project's locks hold: the application, devops code, what builds need, conc's tools. Writes nothing. */
export async function resolveAll(
  locking: Locking,
  { venv, supervised, far, locks, progress }: Wanted,
): Promise<Resolved> {
  const { project, cache, backend, builder, version } = locking;
  const source = withoutEtc(withoutVendored(await readSource(cache.folder, cache.env), locks));
  progress(`resolving ${project.file} by ${backend.name}, for Python ${version.join('.')} and newer`);
  const runtime = await resolveRuntime(locking, source, venv);
  const sdists = mustBeBuilt(runtime, lockFiles.runtime, locking.covered);
  locking.warnings.push(...buildGaps(sdists, locking.covered, locking.builders, far));
  if (project.devops !== null) {
    progress('resolving what the devops code needs');
    const devops = await resolveDevops(locking, project.devops, runtime);
    const more = mustBeBuilt(devops, lockFiles.devops, [builder.spec]);
    const known = new Set(sdists.map(({ name, version: each }) => `${name} ${each}`));
    sdists.push(...more.filter(({ name, version: each }) => !known.has(`${name} ${each}`)));
  }
  progress('resolving what is needed to build');
  const separate = await resolveBuilds(locking, source, sdists);
  if (supervised) {
    const requirements = { folder: cache.folder, lines: tools };
    take(locking, lockFiles.tools, await resolveFor(locking, lockFiles.tools, { requirements, what: tools.join() }));
  }
  return { sdists, separate };
}

/** A project that only its backend can ask is asked in a copy: backends leave folders of their own behind. */
async function resolveRuntime(locking: Locking, source: Source, venv: string | null): Promise<PylockDocument> {
  const { project, cache } = locking;
  await using work = await temporaryFolder();
  const copy = project.tree?.lines === null ? await copyTree(source, join(work.path, 'project'), cache.env) : undefined;
  const installed = venv === null ? null : await readVenv(venv, project, cache.env);
  const requirements = {
    ...requirementsOf(project, copy ?? cache.folder),
    ...(installed === null ? {} : { lines: installed.pins }),
  };
  const what = venv === null ? project.file : `${project.file} with the versions of ${venv}`;
  const found = take(
    locking,
    lockFiles.runtime,
    await resolveFor(locking, lockFiles.runtime, { requirements, what }),
    copy,
  );
  if (installed !== null) locking.warnings.push(...unasked(installed.roots, project));
  return found;
}

function requirementsOf({ folder, tree, extras, files, groups }: Project, place: string): Requirements {
  return {
    folder: place,
    ...(tree === null ? {} : { tree: { ...tree, extras } }),
    files: files.map((file) => join(folder, file)),
    groups,
  };
}

/** Devops code runs in one environment with the application: what the application has is what it gets. */
async function resolveDevops(
  locking: Locking,
  { groups, files }: NonNullable<Project['devops']>,
  { packages }: PylockDocument,
): Promise<PylockDocument> {
  const { folder } = locking.project;
  const request = {
    requirements: { folder, groups, files: files.map((file) => join(folder, file)) },
    what: 'what the devops code needs',
    constraints: packages.map(
      ({ name, version, marker }) => `${name}==${version}${marker === undefined ? '' : ` ; ${marker}`}`,
    ),
    version: controllerVersion(locking),
  };
  return take(locking, lockFiles.devops, await resolveFor(locking, lockFiles.devops, request));
}

async function resolveBuilds(locking: Locking, source: Source, sdists: readonly LockedPackage[]): Promise<string[]> {
  const { project, backend, builder, cache, former, upgrade } = locking;
  const found = await lockBuildRequirements({
    project: project.build === null ? null : { source, build: project.build },
    ...{ sdists, backend, builder, cache, former, upgrade, version: controllerVersion(locking) },
  });
  if (found === null) return [];
  take(locking, lockFiles.build, found.common);
  for (const [name, each] of found.separate) take(locking, separateBuildFile(name), each);
  return [...found.separate.keys()];
}

const controllerVersion = ({ version, builder }: Locking): TargetSpec['python'] =>
  lowest([version, builder.spec.python]);

/** Packages that at least one target can only get from their sdist. */
function mustBeBuilt(document: PylockDocument, file: string, targets: readonly TargetSpec[]): LockedPackage[] {
  const { packages } = readPylock(document, file);
  const chosen = [...chooseFor({ packages, record: null }, targets).values()].flat();
  const needed = new Set(chosen.filter(({ wheel }) => wheel === null).map((choice) => choice.package));
  return packages.filter((each) => needed.has(each));
}

/** Of a venv's packages those that neither the project nor another package there asks for, as far as its lines are known. */
function unasked(roots: readonly string[], { tree, groups, file }: Project): string[] {
  if (tree === null || tree.lines === null) return [];
  const lines = [...tree.lines, ...groups.flatMap((group) => group.lines)];
  const asked = new Set(lines.map((line) => normalizeName(/^\s*([A-Za-z0-9._-]+)/.exec(line)?.[1] ?? '')));
  const others = roots.filter((name) => !asked.has(name));
  if (others.length === 0) return [];
  return [
    `${file} doesn't ask for ${others.join(', ')}; locked all the same, as the venv has it. conc lock, without --from-venv, takes out what nothing asks for`,
  ];
}
