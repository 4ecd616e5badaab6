import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf, sha256 } from '../digest.ts';
import type { Cache } from '../fetch/cache.ts';
import { concFolder } from '../fetch/cache.ts';
import { buildWheels } from '../lock/build-requirements.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { repackWheel } from '../wheel/repack.ts';
import type { BuildSettings, WheelBuilder, WheelSource } from './wheel-builder.ts';

export interface BuildTools extends BuildSettings {
  readonly cache: Cache;
  /** The text of pylock.build.toml. */
  readonly requirements: string;
  readonly progress: (line: string) => void;
}

/** What must not show in a result: below which folder, and with which umask, a wheel is built. */
export interface Surroundings {
  readonly below: string;
  readonly umask: number;
}

const usual: Surroundings = { below: 'build', umask: 0o022 };

/**
 * Builds a wheel with one interpreter, isolated, with nothing but the locked build requirements; repacked, so that it
 * doesn't depend on who packed it. A second build of the same source, requirements and interpreter is found in the cache.
 */
export async function buildWheel(source: WheelSource, builder: WheelBuilder, tools: BuildTools): Promise<string> {
  const passed = Object.keys(tools.passed).length === 0 ? [] : [tools.passed];
  const key = digestOf([
    source.digest,
    sha256(source.requirements ?? tools.requirements),
    builder.spec.name,
    ...passed,
  ]);
  const folder = join(await concFolder(tools.cache.folder), 'cache', 'built', key);
  const [cached] = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.whl'));
  if (cached !== undefined) return join(folder, cached);
  tools.progress(`building ${source.what} with ${builder.shown}`);
  return buildAnew(source, builder, tools, usual, folder);
}

/** The same without a look at the cache; the wheel appears in `folder` once it is whole. */
export async function buildAnew(
  source: WheelSource,
  builder: WheelBuilder,
  tools: BuildTools,
  { below, umask }: Surroundings,
  folder: string,
): Promise<string> {
  await using temporary = await temporaryFolder();
  const work = join(temporary.path, below);
  const to = join(temporary.path, 'wheels');
  await mkdir(work, { recursive: true });
  await mkdir(to);
  const requirements = await buildWheels(tools.cache, source.requirements ?? tools.requirements, builder);
  await builder.build({ source, requirements, work, to, umask });
  const [built, ...more] = (await readdir(to)).filter((name) => name.endsWith('.whl'));
  if (built === undefined || more.length > 0) throw notOne(source.what, built === undefined ? 0 : more.length + 1);
  await mkdir(folder, { recursive: true });
  const part = join(folder, `${built}.${process.pid}.part`);
  await repackWheel(join(to, built), built, part);
  await rename(part, join(folder, built));
  return join(folder, built);
}

function notOne(what: string, count: number): ConcError {
  return new ConcError({
    code: 'build.failed',
    message: `The backend of ${what} built ${count} wheels instead of one`,
    exit: 2,
  });
}
