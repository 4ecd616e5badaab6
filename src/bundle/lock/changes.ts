import type { LockedPackage } from './pylock.ts';

/** What a new lock has that the former had not: `before` null is added, `after` null removed. */
export interface LockChange {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Differences by name; several versions of one package (for different targets) are joined: `1.0, 2.0`. */
export function lockChanges(former: readonly LockedPackage[], now: readonly LockedPackage[]): readonly LockChange[] {
  const [before, after] = [versions(former), versions(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .map((name) => ({ name, before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((change) => change.before !== change.after);
}

function versions(packages: readonly LockedPackage[]): ReadonlyMap<string, string> {
  const byName = Map.groupBy(packages, ({ name }) => name);
  return new Map(
    [...byName].map(([name, each]) => [
      name,
      each
        .map(({ version }) => version)
        .toSorted()
        .join(', '),
    ]),
  );
}
