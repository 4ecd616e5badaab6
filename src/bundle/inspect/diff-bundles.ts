import { canonicalText } from '../digest.ts';
import type { Bundle, WheelEntry } from '../types.ts';
import type { FileChange } from './compare-files.ts';
import { compareFiles } from './compare-files.ts';

export interface WheelChange {
  readonly name: string;
  /** Versions, joined where targets get several; null: it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** Bytes of its wheel files. */
  readonly size: { readonly before: number; readonly after: number };
  /** Where each side has one wheel of it: which of its files differ. */
  readonly files: readonly FileChange[];
}

export interface BundleDifference {
  readonly same: boolean;
  readonly before: { readonly id: string; readonly app: string; readonly version: string };
  readonly after: { readonly id: string; readonly app: string; readonly version: string };
  readonly targets: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly wheels: readonly WheelChange[];
  /** Names of jobs that are in one sequence only, elsewhere in it, or otherwise. */
  readonly jobs: readonly string[];
  readonly lock: boolean;
  /** Outside the id: conc's own tools for nodes. */
  readonly tools: readonly WheelChange[];
}

/** How one bundle differs from another. Where it comes from and when it was built make no difference. */
export async function diffBundles(before: Bundle, after: Bundle): Promise<BundleDifference> {
  const [old, now] = [before.manifest, after.manifest];
  const [names, newNames] = [old, now].map(({ targets }) => targets.map(canonicalText));
  const toolsOf = ({ tools }: Bundle): readonly WheelEntry[] => tools.flatMap(({ wheels }) => wheels);
  return {
    same: before.id === after.id,
    before: identity(before),
    after: identity(after),
    targets: {
      added: now.targets.filter((target) => !names?.includes(canonicalText(target))).map(({ name }) => name),
      removed: old.targets.filter((target) => !newNames?.includes(canonicalText(target))).map(({ name }) => name),
    },
    wheels: await wheelChanges(before, old.wheels, after, now.wheels),
    jobs: jobChanges(before, after),
    lock: old.lock !== now.lock,
    tools: await wheelChanges(before, toolsOf(before), after, toolsOf(after)),
  };
}

const identity = ({ id, manifest: { app, version } }: Bundle) => ({ id, app, version });

async function wheelChanges(
  before: Bundle,
  old: readonly WheelEntry[],
  after: Bundle,
  now: readonly WheelEntry[],
): Promise<readonly WheelChange[]> {
  const names = [...new Set([...old, ...now].map(({ name }) => name))].toSorted();
  const changes: WheelChange[] = [];
  for (const name of names) {
    const [a, b] = [old, now].map((wheels) => wheels.filter((wheel) => wheel.name === name));
    if (a === undefined || b === undefined || canonicalText(a) === canonicalText(b)) continue;
    changes.push({
      name,
      ...{ before: versions(a), after: versions(b) },
      size: { before: sizeOf(a), after: sizeOf(b) },
      files: await fileChanges(before, a, after, b),
    });
  }
  return changes;
}

async function fileChanges(
  before: Bundle,
  [a, ...moreA]: readonly WheelEntry[],
  after: Bundle,
  [b, ...moreB]: readonly WheelEntry[],
): Promise<readonly FileChange[]> {
  if (a === undefined || b === undefined || moreA.length + moreB.length > 0) return [];
  return compareFiles(await before.contents(a), await after.contents(b));
}

const versions = (wheels: readonly WheelEntry[]): string | null =>
  wheels.length === 0 ? null : [...new Set(wheels.map(({ version }) => version))].join(', ');

const sizeOf = (wheels: readonly WheelEntry[]): number => wheels.reduce((sum, { size }) => sum + size, 0);

function jobChanges(before: Bundle, after: Bundle): readonly string[] {
  const [old, now] = [before, after].map(
    ({ manifest: { sequence } }) => new Map(sequence.map((job, at) => [job.name, canonicalText({ at, job })])),
  );
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...names].filter((name) => old?.get(name) !== now?.get(name));
}
