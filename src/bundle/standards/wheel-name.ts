import { normalizeName } from './names.ts';

/** What a wheel's file name says (the binary distribution format, "File name convention"). */
export interface WheelName {
  readonly file: string;
  /** Normalised. */
  readonly name: string;
  /** As written: `1.0`, `2.1_1` with underscores given back as dashes. */
  readonly version: string;
  /** `[0, '']` without one; otherwise its number and what follows it. */
  readonly build: readonly [number, string];
  /** Every combination of its compressed tag sets. */
  readonly tags: readonly string[];
}

/** Null: the file name is not one of a wheel. */
export function parseWheelName(file: string): WheelName | null {
  if (!file.endsWith('.whl')) return null;
  const parts = file.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return null;
  const [name = '', version = ''] = parts;
  const build = parts.length === 6 ? /^(\d+)(.*)$/.exec(parts[2] ?? '') : ['', '0', ''];
  if (build === null || !/^[\w.]+$/.test(name) || version === '') return null;
  const [pythons = [], abis = [], platforms = []] = parts.slice(-3).map((set) => set.split('.'));
  return {
    file,
    name: normalizeName(name),
    version: version.replaceAll('_', '-'),
    build: [Number(build[1]), build[2] ?? ''],
    tags: pythons.flatMap((python) => abis.flatMap((abi) => platforms.map((each) => `${python}-${abi}-${each}`))),
  };
}

/** The wheel that fits best: the one of the first supported tag, then of the highest build number. Undefined: none fits. */
export function bestWheel<T extends { readonly file: string }>(
  wheels: readonly T[],
  supported: readonly string[],
): T | undefined {
  const rank = new Map(supported.map((tag, at) => [tag, at]));
  const fitting = wheels.flatMap((wheel) => {
    const parsed = parseWheelName(wheel.file);
    const ranks = parsed?.tags.flatMap((tag) => rank.get(tag) ?? []) ?? [];
    return parsed === null || ranks.length === 0 ? [] : [{ wheel, parsed, rank: Math.min(...ranks) }];
  });
  const order = (a: (typeof fitting)[number], b: (typeof fitting)[number]): number =>
    a.rank - b.rank ||
    b.parsed.build[0] - a.parsed.build[0] ||
    (a.parsed.build[1] < b.parsed.build[1] ? 1 : a.parsed.build[1] > b.parsed.build[1] ? -1 : 0);
  return fitting.toSorted(order)[0]?.wheel;
}
