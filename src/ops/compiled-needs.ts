import type { Change } from './types.ts';

/** What compiled code in a change's wheels asks of the node, and which wheels ask it. */
export type CompiledNeeds = {
  /** The highest glibc; null: no wheel asks for one. */
  readonly glibc: { readonly version: readonly [number, number]; readonly wheel: string } | null;
  /** Sorted by name. */
  readonly libraries: readonly {
    readonly name: string;
    readonly wheels: readonly string[];
    /** Symbol versions that are asked of it, by name: `GLIBCXX_3.4.29`. */
    readonly versions: readonly { readonly name: string; readonly wheels: readonly string[] }[];
  }[];
};

export function compiledNeeds({ wheels, tools }: Pick<Change, 'wheels' | 'tools'>): CompiledNeeds {
  let most: readonly [number, number] = [0, 0];
  let wheel: string | null = null;
  const libraries = new Map<string, { files: string[]; versions: Map<string, string[]> }>();
  for (const { file, needs } of [...wheels, ...tools.flatMap((tool) => tool.wheels)]) {
    const [major = 0, minor = 0] = (needs?.glibc ?? '').split('.').map(Number);
    if (major > most[0] || (major === most[0] && minor > most[1])) {
      most = [major, minor];
      wheel = file;
    }
    for (const name of needs?.libraries ?? []) {
      const { files, versions } = libraries.get(name) ?? { files: [], versions: new Map<string, string[]>() };
      libraries.set(name, { files: [...files, file], versions });
      for (const version of needs?.versions?.[name] ?? [])
        versions.set(version, [...(versions.get(version) ?? []), file]);
    }
  }
  return {
    glibc: wheel === null ? null : { version: most, wheel },
    libraries: byName(libraries).map(([name, { files, versions }]) => ({
      ...{ name, wheels: files },
      versions: byName(versions).map(([version, wheels]) => ({ name: version, wheels })),
    })),
  };
}

const byName = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : 1));
