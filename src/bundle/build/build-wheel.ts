import { copyFile, link, mkdir, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { digestOf, sha256 } from '../digest.ts';
import type { Cache } from '../fetch/cache.ts';
import { concFolder } from '../fetch/cache.ts';
import type { Interpreter } from '../interpreters.ts';
import type { Backend } from '../lock/backend.ts';
import { buildWheels } from '../lock/build-requirements.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { repackWheel } from '../wheel/repack.ts';

/** Something that becomes a wheel: the project, or an sdist. */
export interface WheelSource {
  /** `shop`, `docopt 0.6.2` */
  readonly what: string;
  /** Of all that goes into it. */
  readonly digest: string;
  readonly open: (to: string, python: string) => Promise<string>;
}

export interface BuildTools {
  readonly backend: Backend;
  readonly cache: Cache;
  /** The text of pylock.build.toml. */
  readonly requirements: string;
  readonly progress: (line: string) => void;
}

/**
 * Builds a wheel with one interpreter, isolated, with nothing but the locked build requirements; repacked, so that it
 * doesn't depend on who packed it. A second build of the same source, requirements and interpreter is found in the cache.
 */
export async function buildWheel(source: WheelSource, builder: Interpreter, tools: BuildTools): Promise<string> {
  const key = digestOf([source.digest, sha256(tools.requirements), builder.spec.name]);
  const folder = join(await concFolder(tools.cache.folder), 'cache', 'built', key);
  const [cached] = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.whl'));
  if (cached !== undefined) return join(folder, cached);
  tools.progress(`building ${source.what} with ${builder.command}`);
  await using work = await temporaryFolder();
  const requirements = join(work.path, 'requirements');
  await provide(await buildWheels(tools.cache, tools.requirements, builder), requirements);
  const tree = await source.open(join(work.path, 'source'), builder.command);
  const to = join(work.path, 'wheels');
  await tools.backend.build({ folder: tree, what: source.what, python: builder.command, requirements, to });
  const [built, ...more] = (await readdir(to)).filter((name) => name.endsWith('.whl'));
  if (built === undefined || more.length > 0) throw notOne(source.what, built === undefined ? 0 : more.length + 1);
  await mkdir(folder, { recursive: true });
  const part = join(folder, `${built}.${process.pid}.part`);
  await repackWheel(join(to, built), built, part);
  await rename(part, join(folder, built));
  return join(folder, built);
}

/** A folder with just these wheels, for pip's and uv's `--find-links`. */
async function provide(wheels: readonly string[], folder: string): Promise<void> {
  await mkdir(folder);
  for (const wheel of wheels) {
    await link(wheel, join(folder, basename(wheel))).catch(() => copyFile(wheel, join(folder, basename(wheel))));
  }
}

function notOne(what: string, count: number): ConcError {
  return new ConcError({
    code: 'build.failed',
    message: `The backend of ${what} built ${count} wheels instead of one`,
    exit: 2,
  });
}
