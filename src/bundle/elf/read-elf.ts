/** What a dynamic linker would ask of the machine for one file (elf(5), and the gABI's chapter on dynamic linking). */
export interface ElfFile {
  /** `e_machine`: 62 is x86_64, 183 aarch64. */
  readonly machine: number;
  /** DT_NEEDED, in the file's order. */
  readonly needed: readonly string[];
  /** DT_SONAME: what other files name it by. */
  readonly soname: string | null;
  /** The symbol versions that it asks of each library (`.gnu.version_r`). */
  readonly versions: readonly SymbolVersion[];
}

export interface SymbolVersion {
  readonly library: string;
  /** `GLIBC_2.34` */
  readonly name: string;
  /** The linker goes on where it is missing. */
  readonly weak: boolean;
}

/** Reads a file that a dynamic linker could load; null for every other one, damaged ones too. */
export function readElf(bytes: Buffer): ElfFile | null {
  if (bytes.length < 52 || !bytes.subarray(0, 4).equals(magic)) return null;
  try {
    const layout = layoutOf(bytes);
    return layout === null ? null : readDynamic(layout);
  } catch (error) {
    // A read beyond the end: the file is cut off, or not what its header says.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const magic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

interface Layout {
  readonly wide: boolean;
  readonly machine: number;
  readonly half: (at: number) => number;
  readonly word: (at: number) => number;
  /** An address, offset or size: as long as the class says. */
  readonly long: (at: number) => number;
  readonly text: (at: number) => string;
  readonly segments: readonly Segment[];
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;

function layoutOf(bytes: Buffer): Layout | null {
  const [, , , , kind, order] = bytes;
  if ((kind !== 1 && kind !== 2) || (order !== 1 && order !== 2)) return null;
  const [wide, little] = [kind === 2, order === 1];
  const half = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const word = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  // Beyond 2^53 a number loses digits, and is beyond the end of any file.
  const long = (at: number): number =>
    wide ? Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)) : word(at);
  const text = (at: number): string => {
    const end = bytes.indexOf(0, at);
    if (at >= bytes.length || end < 0) throw new RangeError('a text without an end');
    return bytes.toString('latin1', at, end);
  };
  const [start, size, count] = wide ? [long(32), half(54), half(56)] : [long(28), half(42), half(44)];
  const segments = Array.from({ length: count }, (_, index): Segment => {
    const at = start + index * size;
    return wide
      ? { type: word(at), offset: long(at + 8), address: long(at + 16), size: long(at + 32) }
      : { type: word(at), offset: word(at + 4), address: word(at + 8), size: word(at + 16) };
  });
  return { wide, machine: half(18), half, word, long, text, segments };
}

/** Of entries and of versions: hundreds are many. */
const most = 10_000;

const tags = { end: 0, needed: 1, strings: 5, soname: 14, versions: 0x6ffffffe, versionCount: 0x6fffffff } as const;

function readDynamic(layout: Layout): ElfFile | null {
  const { machine, text } = layout;
  const dynamic = layout.segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return null;
  const entries = dynamicEntries(layout, dynamic);
  const first = (tag: number): number | undefined => entries.find((entry) => entry.tag === tag)?.value;
  const strings = offsetOf(layout, first(tags.strings) ?? Number.NaN);
  const needed = entries.filter(({ tag }) => tag === tags.needed).map(({ value }) => text(strings + value));
  const [soname, versions] = [first(tags.soname), first(tags.versions)];
  return {
    machine,
    needed,
    soname: soname === undefined ? null : text(strings + soname),
    versions:
      versions === undefined
        ? []
        : readVersions(layout, offsetOf(layout, versions), first(tags.versionCount) ?? 0, strings),
  };
}

function dynamicEntries({ wide, long }: Layout, { offset, size }: Segment): { tag: number; value: number }[] {
  const width = wide ? 8 : 4;
  const entries: { tag: number; value: number }[] = [];
  for (let at = offset; at < offset + size; at += 2 * width) {
    const tag = long(at);
    if (tag === tags.end) break;
    entries.push({ tag, value: long(at + width) });
    if (entries.length > most) throw new RangeError('more entries than any linker writes');
  }
  return entries;
}

/** Where in the file something lies that is loaded at an address. */
function offsetOf({ segments }: Layout, address: number): number {
  const found = segments.find(
    (each) => each.type === PT_LOAD && address >= each.address && address < each.address + each.size,
  );
  if (found === undefined) throw new RangeError('an address that is in no segment');
  return address - found.address + found.offset;
}

/** `Elf_Verneed` and, linked from each, its `Elf_Vernaux`: the same in both classes. */
function readVersions({ half, word, text }: Layout, start: number, count: number, strings: number): SymbolVersion[] {
  const versions: SymbolVersion[] = [];
  for (let at = start, left = count; left > 0; left -= 1) {
    const library = text(strings + word(at + 4));
    for (let aux = at + word(at + 8), more = half(at + 2); more > 0; more -= 1) {
      versions.push({ library, name: text(strings + word(aux + 8)), weak: (half(aux + 4) & 2) !== 0 });
      if (versions.length > most) throw new RangeError('more versions than any linker writes');
      aux += word(aux + 12);
    }
    const next = word(at + 12);
    if (next === 0) break;
    at += next;
  }
  return versions;
}
