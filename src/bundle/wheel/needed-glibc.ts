/**
 * The highest glibc symbol version that an ELF file names (`GLIBC_2.34`), null for other files and for those that name
 * none. Found by its text in the file: version names stand in the string table as they are.
 */
export function neededGlibc(bytes: Buffer): readonly [number, number] | null {
  if (!bytes.subarray(0, 4).equals(elfMagic)) return null;
  let highest: readonly [number, number] | null = null;
  for (let at = bytes.indexOf(prefix); at >= 0; at = bytes.indexOf(prefix, at + 1)) {
    const [, major, minor] = /^GLIBC_(\d+)\.(\d+)/.exec(bytes.toString('latin1', at, at + 20)) ?? [];
    if (major === undefined || minor === undefined) continue;
    const found = [Number(major), Number(minor)] as const;
    if (highest === null || found[0] > highest[0] || (found[0] === highest[0] && found[1] > highest[1]))
      highest = found;
  }
  return highest;
}

const elfMagic = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
const prefix = Buffer.from('GLIBC_');
