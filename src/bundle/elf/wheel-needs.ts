import { basename } from 'node:path/posix';
import { parseWheelName } from '../standards/wheel-name.ts';
import type { WheelNeeds } from '../types.ts';
import type { ElfFile } from './read-elf.ts';

/** What the compiled code of a wheel asks of a machine, and which libraries it brings. */
export interface WheelLinks {
  /** The highest glibc version that it asks for. */
  readonly glibc: readonly [number, number] | null;
  /** Sorted: what it names and doesn't bring, libc's own parts left out. */
  readonly libraries: readonly string[];
  /** Of those the symbol versions without which the linker refuses, by library; sorted. */
  readonly versions: ReadonlyMap<string, readonly string[]>;
  /** Names by which other files may find what it brings. */
  readonly brings: ReadonlySet<string>;
}

/**
 * Of a wheel's ELF files, by path. Those of other machines than the file name's tags are data (debuggers bring such), and
 * so is every one of a wheel that says it runs anywhere.
 */
export function linksOf(file: string, elves: ReadonlyMap<string, ElfFile>): WheelLinks {
  const machines = machinesOf(file);
  const ours = [...elves].filter(([, { machine }]) => machines === null || machines.has(machine));
  const brings = new Set(ours.flatMap(([path, { soname }]) => [basename(path), ...(soname === null ? [] : [soname])]));
  const needed = new Set(ours.flatMap(([, elf]) => elf.needed));
  const libraries = [...needed].filter((name) => !brings.has(name) && !libc.test(name)).toSorted();
  const asked = ours.flatMap(([, elf]) => elf.versions.filter(({ weak }) => !weak));
  const versions = libraries.map((library) => {
    const names = asked.filter((each) => each.library === library).map(({ name }) => name);
    return [library, [...new Set(names)].toSorted()] as const;
  });
  return {
    glibc: ours.map(([, elf]) => glibcOf(elf)).reduce(newer, null),
    libraries,
    versions: new Map(versions.filter(([, names]) => names.length > 0)),
    brings,
  };
}

/** What stands in the manifest: without what other wheels of the same targets bring. undefined: nothing is asked. */
export function needsOf(
  { glibc, libraries, versions }: WheelLinks,
  others: (name: string) => boolean,
): WheelNeeds | undefined {
  const left = libraries.filter((name) => !others(name));
  if (glibc === null && left.length === 0) return undefined;
  const asked = left.flatMap((name) => {
    const names = versions.get(name);
    return names === undefined ? [] : [[name, names] as const];
  });
  return {
    ...(glibc === null ? {} : { glibc: glibc.join('.') }),
    libraries: left,
    ...(asked.length === 0 ? {} : { versions: Object.fromEntries(asked) }),
  };
}

/** Parts of glibc (whose version is compared instead) and of musl, and their dynamic linkers. */
const libc =
  /^(?:lib(?:c|m|dl|rt|util|pthread|resolv|anl|BrokenLocale|thread_db|mvec)\.so\.[0-9]+|ld-linux.*|ld-musl.*|ld64?\.so\.[0-9]+|libc\.musl-.*|libc\.so)$/;

/** glibc ≥ 2.36 says by this name that it knows packed relocations. */
const named: Readonly<Record<string, readonly [number, number]>> = { GLIBC_ABI_DT_RELR: [2, 36] };

function glibcOf({ versions }: ElfFile): readonly [number, number] | null {
  const asked = versions.map(({ name, weak }): readonly [number, number] | null => {
    if (weak) return null;
    const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(name) ?? [];
    return major === undefined || minor === undefined ? (named[name] ?? null) : [Number(major), Number(minor)];
  });
  return asked.reduce(newer, null);
}

type Version = readonly [number, number] | null;

function newer(a: Version, b: Version): Version {
  if (a === null || b === null) return a ?? b;
  return a[0] > b[0] || (a[0] === b[0] && a[1] >= b[1]) ? a : b;
}

/** `e_machine` by the architecture of a platform tag. */
const machines: Readonly<Record<string, number>> = {
  ...{ i686: 3, i386: 3, armv6l: 40, armv7l: 40, armv8l: 40, ppc64: 21, ppc64le: 21, s390x: 22 },
  ...{ x86_64: 62, aarch64: 183, riscv64: 243, loongarch64: 258 },
};

/** null: of an architecture that isn't known here, so every file counts. */
function machinesOf(file: string): ReadonlySet<number> | null {
  const platforms = (parseWheelName(file)?.tags ?? []).map((tag) => tag.split('-')[2] ?? '');
  const found = platforms
    .filter((platform) => platform !== 'any')
    .map((platform) => Object.entries(machines).find(([arch]) => platform.endsWith(`_${arch}`))?.[1]);
  return found.includes(undefined) ? null : new Set(found.filter((machine) => machine !== undefined));
}
