import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { extraRequirements } from '../build/hook.ts';
import { copyTree, unpackTree } from '../build/tree.ts';
import { chooseFor } from '../choose.ts';
import type { Cache } from '../fetch/cache.ts';
import { fetchAll, fetchLocked } from '../fetch/cache.ts';
import type { Interpreter } from '../interpreters.ts';
import type { Source } from '../source.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Backend, Resolution, ResolveRequest } from './backend.ts';
import { lockFiles, separateBuildFile } from './files.ts';
import type { LockedPackage } from './pylock.ts';
import { parsePylock } from './pylock.ts';
import type { BuildSystem } from './pyproject.ts';
import { buildSystemOf } from './pyproject.ts';

/** What builds need: the project, and sdists for which some target has no wheel. */
export interface BuildNeeds {
  readonly project: { readonly source: Source; readonly build: BuildSystem } | null;
  readonly sdists: readonly LockedPackage[];
  readonly backend: Backend;
  readonly builder: Interpreter;
  readonly version: readonly [number, number, number];
  /** The former locks, by file name. */
  readonly former: ReadonlyMap<string, string>;
  readonly upgrade: readonly string[];
  readonly cache: Cache;
}

/** What builds are given. Everything is built with the common set, but those that contradict it. */
export interface BuildRequirements {
  readonly common: Resolution;
  /** By the normalised name of the package that is built. */
  readonly separate: ReadonlyMap<string, Resolution>;
}

/**
 * What everything can be built with, asked of each source's `[build-system]` and then of its backend. Sources that can't
 * agree (one wants an older setuptools than another) get a set of their own. null: nothing is built.
 */
export async function lockBuildRequirements(needs: BuildNeeds): Promise<BuildRequirements | null> {
  await using work = await temporaryFolder();
  const sources = await openSources(needs, work.path);
  if (sources.length === 0) return null;
  const resolveSet = (set: readonly OpenSource[], file: string): Promise<Resolution> =>
    resolveFor(needs, set, needs.former.get(file) ?? null);
  const together = await agreed(resolveSet(sources, lockFiles.build));
  if (together !== null || sources.length === 1)
    return { common: together ?? (await resolveSet(sources, lockFiles.build)), separate: new Map() };
  const separate = new Map<string, Resolution>();
  const fitting: OpenSource[] = [];
  let common: Resolution | null = null;
  for (const source of sources) {
    const more: Resolution | null = await agreed(resolveSet([...fitting, source], lockFiles.build));
    if (more === null) separate.set(source.name, await resolveSet([source], separateBuildFile(source.name)));
    else {
      common = more;
      fitting.push(source);
    }
  }
  // Not even the first one could be resolved: its own words say why.
  return { common: common ?? (await resolveSet(sources.slice(0, 1), lockFiles.build)), separate };
}

interface OpenSource {
  /** Normalised; '' is the project itself. */
  readonly name: string;
  readonly what: string;
  readonly folder: string;
  readonly build: BuildSystem;
}

async function openSources({ project, sdists, builder, cache }: BuildNeeds, work: string): Promise<OpenSource[]> {
  const sources: OpenSource[] = [];
  if (project !== null) {
    const folder = await copyTree(project.source, join(work, 'project'), cache.env);
    sources.push({ name: '', what: 'the project', folder, build: project.build });
  }
  for (const { name, version, sdist } of sdists) {
    if (sdist === null) continue;
    const what = `${name} ${version}`;
    const archive = await fetchLocked(cache, sdist);
    const folder = await unpackTree(archive, join(work, `sdist-${name}`), builder.command, cache.env);
    const pyproject = await readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => null);
    sources.push({ name, what, folder, build: buildSystemOf(pyproject, `pyproject.toml of ${what}`) });
  }
  return sources;
}

async function resolveFor(
  needs: BuildNeeds,
  sources: readonly OpenSource[],
  former: string | null,
): Promise<Resolution> {
  const { builder, cache, backend, version, upgrade } = needs;
  const resolve = (lines: readonly string[], kept: string | null): Promise<Resolution> => {
    const what = `what is needed to build ${sources.map((each) => each.what).join(', ')}`;
    const requirements: ResolveRequest['requirements'] = { folder: cache.folder, lines };
    return backend.resolve({ requirements, what, python: builder.command, version, former: kept, upgrade });
  };
  const stated = unique(sources.flatMap(({ build }) => build.requires));
  const first = await resolve(stated, former);
  await using site = await temporaryFolder();
  await installAll(needs, first.text, site.path);
  const asked: string[] = [];
  for (const { folder, build, what } of sources) {
    const options = { python: builder.command, site: site.path, env: cache.env };
    asked.push(...(await extraRequirements(folder, build, what, options)));
  }
  const all = unique([...stated, ...asked]);
  return all.length === stated.length ? first : await resolve(all, first.text);
}

/** A resolution; null where the resolver says that there is none. */
const agreed = (resolution: Promise<Resolution>): Promise<Resolution | null> =>
  resolution.catch((error: unknown) => {
    if (error instanceof ConcError && error.code === 'lock.unresolved') return null;
    throw error;
  });

async function installAll({ backend, builder, cache }: BuildNeeds, text: string, site: string): Promise<void> {
  await mkdir(site, { recursive: true });
  const wheels = await buildWheels(cache, text, builder);
  if (wheels.length > 0) await backend.install(wheels, site, builder.command);
}

/** Paths of the wheels that a lock of build requirements names for an interpreter. ConcError `lock.build-sdist`: one of them would have to be built itself. */
export async function buildWheels(
  cache: Cache,
  text: string,
  { spec }: Pick<Interpreter, 'spec'>,
): Promise<readonly string[]> {
  const choices = chooseFor(parsePylock(text, lockFiles.build), [spec]).get(spec) ?? [];
  const files = choices.map(({ package: { name, version }, wheel }) => {
    if (wheel !== null) return wheel;
    throw new ConcError({
      code: 'lock.build-sdist',
      message: `${name} ${version} is needed for building, and has no wheel for ${spec.name} itself`,
      hint: 'Name another version of it in [build-system] requires',
      exit: 2,
    });
  });
  return fetchAll(cache, files);
}

const unique = (lines: readonly string[]): string[] => [...new Set(lines)].toSorted();
