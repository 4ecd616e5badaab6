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
import type { Backend } from './backend.ts';
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
  readonly former: string | null;
  readonly cache: Cache;
}

/**
 * The text of pylock.build.toml: one set of packages that everything can be built with, asked of each source's
 * `[build-system]` and then of its backend. null: nothing is built.
 */
export async function lockBuildRequirements(needs: BuildNeeds): Promise<string | null> {
  await using work = await temporaryFolder();
  const sources = await openSources(needs, work.path);
  if (sources.length === 0) return null;
  const stated = unique(sources.flatMap(({ build }) => build.requires));
  const first = await resolve(needs, stated, needs.former);
  const site = await installAll(needs, first, work.path);
  const asked: string[] = [];
  for (const { folder, build, what } of sources) {
    const options = { python: needs.builder.command, site, env: needs.cache.env };
    asked.push(...(await extraRequirements(folder, build, what, options)));
  }
  const all = unique([...stated, ...asked]);
  return all.length === stated.length ? first : await resolve(needs, all, first);
}

interface OpenSource {
  readonly what: string;
  readonly folder: string;
  readonly build: BuildSystem;
}

async function openSources({ project, sdists, builder, cache }: BuildNeeds, work: string): Promise<OpenSource[]> {
  const sources: OpenSource[] = [];
  if (project !== null) {
    const folder = await copyTree(project.source, join(work, 'project'), cache.env);
    sources.push({ what: 'the project', folder, build: project.build });
  }
  for (const { name, version, sdist } of sdists) {
    if (sdist === null) continue;
    const what = `${name} ${version}`;
    const archive = await fetchLocked(cache, sdist);
    const folder = await unpackTree(archive, join(work, `sdist-${name}`), builder.command, cache.env);
    const pyproject = await readFile(join(folder, 'pyproject.toml'), 'utf8').catch(() => null);
    sources.push({ what, folder, build: buildSystemOf(pyproject, `pyproject.toml of ${what}`) });
  }
  return sources;
}

function resolve(
  { backend, builder, version }: BuildNeeds,
  lines: readonly string[],
  former: string | null,
): Promise<string> {
  const what = `what is needed to build (${lines.join(', ')})`;
  return backend.resolve({ requirements: { kind: 'lines', lines }, what, python: builder.command, version, former });
}

async function installAll({ backend, builder, cache }: BuildNeeds, text: string, work: string): Promise<string> {
  const site = join(work, 'site');
  await mkdir(site);
  const wheels = await buildWheels(cache, text, builder);
  if (wheels.length > 0) await backend.install(wheels, site, builder.command);
  return site;
}

/** Paths of the wheels that a lock of build requirements names for an interpreter. ConcError `lock.build-sdist`: one of them would have to be built itself. */
export async function buildWheels(
  cache: Cache,
  text: string,
  { spec }: Pick<Interpreter, 'spec'>,
): Promise<readonly string[]> {
  const choices = chooseFor(parsePylock(text, 'pylock.build.toml'), [spec]).get(spec) ?? [];
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
