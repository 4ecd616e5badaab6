import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { chooseFor } from '../choose.ts';
import { collisionText } from '../collision-text.ts';
import { digestOf, sha256File } from '../digest.ts';
import { needsOf } from '../elf/wheel-needs.ts';
import { fetchAll, fetchLocked } from '../fetch/cache.ts';
import type { Lock, LockedFile, LockedPackage } from '../lock/pylock.ts';
import { satisfies } from '../standards/specifier.ts';
import { supportedTags } from '../standards/tags.ts';
import type { Collision, TargetSpec, WheelEntry, WheelFile } from '../types.ts';
import { refuseCollisions } from '../wheel/collisions.ts';
import type { ReadWheel } from '../wheel/read-wheel.ts';
import { readWheel } from '../wheel/read-wheel.ts';
import { buildFor, libcMisfit } from './build-for.ts';
import type { Builders } from './builders.ts';
import { unpackTree } from './tree.ts';

/** A wheel that goes into a bundle, read and found to be sound. */
export interface GatheredWheel {
  readonly path: string;
  readonly entry: WheelEntry;
  readonly contents: readonly WheelFile[];
}

/** A wheel before it is read. */
export interface WheelAt {
  readonly path: string;
  readonly targets: readonly TargetSpec[];
  readonly role: WheelEntry['role'];
  readonly origin: WheelEntry['origin'];
}

/**
 * Every wheel of a lock for these targets: fetched, or built of its sdist. `separate`: by package, the build requirements
 * of those that can't share the others'.
 */
export async function wheelsOfLock(
  lock: Lock,
  targets: readonly TargetSpec[],
  builders: Builders,
  separate: ReadonlyMap<string, string> = new Map(),
): Promise<readonly WheelAt[]> {
  const wheels = new Map<LockedFile, TargetSpec[]>();
  const sdists = new Map<LockedPackage, TargetSpec[]>();
  for (const [target, choices] of chooseFor(lock, targets)) {
    for (const { package: each, wheel } of choices) {
      if (wheel === null) sdists.set(each, [...(sdists.get(each) ?? []), target]);
      else wheels.set(wheel, [...(wheels.get(wheel) ?? []), target]);
    }
  }
  const paths = await fetchAll(builders.tools.cache, [...wheels.keys()]);
  const fetched = [...wheels.values()].map(
    (served, at): WheelAt => ({ path: paths[at] ?? '', targets: served, role: 'vendor', origin: 'registry' }),
  );
  const built: WheelAt[] = [];
  for (const [each, served] of sdists)
    built.push(...(await buildSdist(each, served, builders, separate.get(each.name))));
  return [...fetched, ...built];
}

export interface Gathering {
  /** Where wheels may bring different content: conc.ini's `allow.collisions`. */
  readonly allow?: readonly string[];
  /** Takes where wheels of one target meet, and may: each once. */
  readonly onCollision?: (collision: Collision) => void;
}

/** Reads the wheels, and refuses those that are unsound, don't fit their target, or overwrite each other. */
export async function gather(
  wheels: readonly WheelAt[],
  targets: readonly TargetSpec[],
  { allow = [], onCollision = () => {} }: Gathering = {},
): Promise<readonly GatheredWheel[]> {
  const read: PlacedAt[] = [];
  for (const wheel of wheels) {
    const file = basename(wheel.path);
    read.push({ ...wheel, file, read: await readWheel(wheel.path, file) });
  }
  const met = new Map<string, Collision>();
  for (const target of targets) {
    const placed = read.filter((each) => each.targets.includes(target));
    for (const each of placed) checkFits(each.file, each.read, target);
    for (const each of refuseCollisions(placed.toSorted(byFile), allow)) met.set(collisionText(each), each);
  }
  for (const each of met.values()) onCollision(each);
  refuseForLibc(read);
  const gathered = await Promise.all(read.map((each) => describe(each, read)));
  return gathered.toSorted((a, b) => byFile(a.entry, b.entry));
}

/** The order in which nodes place them: where two may meet, the last one wins. */
const byFile = (a: { readonly file: string }, b: { readonly file: string }): number => (a.file < b.file ? -1 : 1);

interface PlacedAt extends WheelAt {
  readonly file: string;
  readonly read: ReadWheel;
}

async function describe(
  { path, file, read, targets, role, origin }: PlacedAt,
  all: readonly PlacedAt[],
): Promise<GatheredWheel> {
  const { name, version, files } = read;
  // Some wheels bring libraries for others, which load them first: it counts where every target gets both.
  const brought = (library: string): boolean =>
    targets.every((target) => all.some((each) => each.targets.includes(target) && each.read.links.brings.has(library)));
  const needs = needsOf(read.links, brought);
  const entry: WheelEntry = {
    ...{ file, name, version, role, origin },
    sha256: await sha256File(path),
    size: (await stat(path)).size,
    unpacked: files.reduce((sum, { size }) => sum + size, 0),
    count: files.length,
    contents: digestOf(files),
    targets: targets.map((target) => target.name).toSorted(),
    ...(needs === undefined ? {} : { needs }),
  };
  return { path, entry, contents: files };
}

async function buildSdist(
  { name, version, sdist }: LockedPackage,
  targets: readonly TargetSpec[],
  builders: Builders,
  requirements: string | undefined,
): Promise<WheelAt[]> {
  if (sdist === null) return [];
  const { cache } = builders.tools;
  const archive = await fetchLocked(cache, sdist);
  const source = {
    what: `${name} ${version}`,
    digest: sdist.sha256,
    open: (to: string, python: string) => unpackTree(archive, to, python, cache.env),
    ...(requirements === undefined ? {} : { requirements }),
  };
  const built = await buildFor(source, targets, builders);
  return built.map(({ path, targets: served }) => ({ path, targets: served, role: 'vendor', origin: 'sdist' }));
}

/** What a wheel's code asks for counts, not what its file name promises. */
function refuseForLibc(wheels: readonly PlacedAt[]): void {
  const problems = wheels.flatMap(({ file, read, targets }) =>
    targets.flatMap((target) => {
      const problem = libcMisfit(file, read.links, target);
      return problem === null ? [] : [`${target.name}: ${problem}`];
    }),
  );
  if (problems.length === 0) return;
  throw new ConcError({
    code: 'wheel.libc',
    message: 'Compiled code in wheels asks for more than their targets have, whatever their file names say',
    hint: 'Lock another version of them, or take the target out of conc.targets.json',
    evidence: problems,
    exit: 2,
  });
}

function checkFits(file: string, { requiresPython, tags }: ReadWheel, target: TargetSpec): void {
  const supported = new Set(supportedTags(target));
  if (!tags.some((tag) => supported.has(tag))) {
    throw new ConcError({
      code: 'wheel.tags',
      message: `${file} is refused: it is not for this interpreter, ${target.name}; its file name and its WHEEL agree on ${tags.join(' ')}`,
      hint: 'Lock again: conc lock. A wheel that was renamed by hand keeps its true tags in WHEEL',
      exit: 2,
    });
  }
  // Like pip, which asks for 3.14.0 on 3.14.0rc1.
  const version = target.python.join('.');
  if (requiresPython === null || satisfies(version, requiresPython) !== false) return;
  throw new ConcError({
    code: 'wheel.requires-python',
    message: `${file} is refused: it needs Python ${requiresPython.replaceAll(/\p{Cc}/gu, '?')}; ${target.name} has ${version}`,
    hint: 'Lock again: conc lock. If it stays, name a version of it that runs there',
    exit: 2,
  });
}
