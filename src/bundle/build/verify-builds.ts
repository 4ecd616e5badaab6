import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { sha256File } from '../digest.ts';
import type { FileChange } from '../inspect/compare-files.ts';
import { compareFiles } from '../inspect/compare-files.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { WheelFile } from '../types.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import type { BuildTools, Surroundings } from './build-wheel.ts';
import { buildAnew } from './build-wheel.ts';
import type { BuiltHere } from './builders.ts';

/** A wheel that came out otherwise when it was built again. */
export interface Difference {
  readonly file: string;
  /** The name that it has the second time. */
  readonly again: string;
  readonly files: readonly FileChange[];
}

/** Another folder of another length, another umask, another second. */
const other: Surroundings = { below: 'another/place-with-a-longer-name/for-the-second-build', umask: 0o077 };

/** Builds every wheel again in other surroundings, and tells which files of it depend on them. */
export async function verifyBuilds(built: readonly BuiltHere[], tools: BuildTools): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  // What writes the time of day writes seconds, at the finest.
  await setTimeout(1100);
  for (const { source, builder, path } of new Set(built)) {
    tools.progress(`building ${source.what} again with ${builder.shown}, elsewhere`);
    await using folder = await temporaryFolder();
    const again = await buildAnew(source, builder, tools, other, join(folder.path, 'again'));
    const names = [path, again].map((each) => basename(each));
    if (names[0] === names[1] && (await sha256File(path)) === (await sha256File(again))) continue;
    const files = compareFiles(await filesOf(path), await filesOf(again));
    differences.push({ file: basename(path), again: basename(again), files });
  }
  return differences;
}

/** RECORD repeats what the others say. */
const filesOf = async (path: string): Promise<readonly WheelFile[]> =>
  (await readWheel(path, basename(path))).files.filter((file) => !file.path.endsWith('.dist-info/RECORD'));
