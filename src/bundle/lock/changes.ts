import { inParallel } from '../parallel.ts';
import type { LockedFile } from './pylock.ts';

/** What a new lock has that the former had not: `before` null is added, `after` null removed. */
export interface LockChange {
  /** The lock's file: `pylock.toml`. */
  readonly lock: string;
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  /** Bytes that nodes, or builds, fetch of it; null where nobody says. */
  readonly sizes: { readonly before: number | null; readonly after: number | null };
}

/** A version in a lock, with the file that is measured: the one that a target gets. */
export interface Versioned {
  readonly name: string;
  readonly version: string;
  readonly file: LockedFile | null;
}

/** How big a file is; null: nobody says. */
export type Measure = (file: LockedFile) => Promise<number | null>;

/** Differences by name; several versions of one package (for different targets) are joined: `1.0, 2.0`. */
export async function lockChanges(
  lock: string,
  former: readonly Versioned[],
  now: readonly Versioned[],
  measure: Measure,
): Promise<readonly LockChange[]> {
  const [before, after] = [byName(former), byName(now)];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  const differing = names.filter((name) => words(before.get(name)) !== words(after.get(name)));
  const size = async (each: readonly Versioned[] = []): Promise<number | null> => {
    const sizes = await Promise.all(each.flatMap(({ file }) => (file === null ? [] : [measure(file)])));
    return sizes.reduce<number | null>((sum, one) => (one === null ? sum : (sum ?? 0) + one), null);
  };
  return inParallel(differing, async (name) => ({
    ...{ lock, name, before: words(before.get(name)), after: words(after.get(name)) },
    sizes: { before: await size(before.get(name)), after: await size(after.get(name)) },
  }));
}

const byName = (packages: readonly Versioned[]): Map<string, Versioned[]> => Map.groupBy(packages, ({ name }) => name);

function words(versions: readonly Versioned[] | undefined): string | null {
  if (versions === undefined) return null;
  return [...new Set(versions.map(({ version }) => version))].toSorted().join(', ');
}
