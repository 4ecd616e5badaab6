import type { EtcTree } from '../../etc/types.ts';
import { canonicalText } from '../digest.ts';
import type { Bundle, WheelEntry, WheelFile } from '../types.ts';
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
  /** Of the etc trees, by layer and path. */
  readonly etc: readonly FileChange[];
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
    etc: etcChanges(old.etc, now.etc),
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

/** `.ownership` as a whole: which of its lines differ doesn't say which files do. */
function etcChanges(before: EtcTree | undefined, after: EtcTree | undefined): readonly FileChange[] {
  const listed = (tree: EtcTree | undefined): WheelFile[] =>
    (tree?.files ?? []).map((file) => ({
      path: `${file.layer}/${file.path}`,
      sha256: file.kind === 'file' ? file.sha256 : `link:${file.target}`,
      size: 0,
      executable: file.kind === 'file' && file.executable,
    }));
  const same = canonicalText(before?.ownership ?? []) === canonicalText(after?.ownership ?? []);
  const rows: FileChange[] = same ? [] : [{ path: '.ownership', change: 'content' }];
  return [...rows, ...compareFiles(listed(before), listed(after))];
}

function jobChanges(before: Bundle, after: Bundle): readonly string[] {
  const [old, now] = [before, after].map(
    ({ manifest: { sequence } }) => new Map(sequence.map((job, at) => [job.name, canonicalText({ at, job })])),
  );
  const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
  return [...names].filter((name) => old?.get(name) !== now?.get(name));
}
