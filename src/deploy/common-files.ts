import { createHash } from 'node:crypto';
import type { WheelFile } from '../bundle/types.ts';

/** What a wheel has in common with a former one, and what not. */
export interface Common {
  /** `shop-1.0.1`: what the names of its `*.dist-info` and `*.data` begin with. */
  readonly prefix: string;
  /** Which files of the former one are not as they are in this one, by their place in the signature. */
  readonly without: readonly number[];
  /** All of its files but RECORD. */
  readonly files: readonly WheelFile[];
  /** Those that the former one does not have. */
  readonly others: readonly WheelFile[];
  readonly record: WheelFile | null;
}

/** Bytes of the signature for each file. */
const KEY = 5;

/**
 * Finds the files of a wheel in the signature of a former one. Null where there is none. Two that only look alike are
 * not told apart here: the digest of the wheel's list does, on the node.
 */
export function commonFiles(contents: readonly WheelFile[], signature: Buffer): Common | null {
  const info = contents.find(({ path }) => /^[^/]+\.dist-info\/METADATA$/.test(path))?.path;
  if (info === undefined) return null;
  const prefix = info.slice(0, -'.dist-info/METADATA'.length);
  const keys = Array.from({ length: Math.floor(signature.length / KEY) }, (_, index) =>
    signature.toString('hex', index * KEY, (index + 1) * KEY),
  );
  // Of two that look alike none is known to be meant.
  const there = new Set(keys.toSorted().filter((key, index, all) => key !== all[index - 1] && key !== all[index + 1]));
  const taken = new Set<string>();
  const files = contents.filter(({ path }) => path !== `${prefix}.dist-info/RECORD`);
  const others = files.filter((file) => {
    const key = keyOf(file, prefix);
    if (key === null || !there.has(key) || taken.has(key)) return true;
    taken.add(key);
    return false;
  });
  if (taken.size === 0) return null;
  return {
    prefix,
    files,
    others,
    without: keys.flatMap((key, index) => (taken.has(key) ? [] : [index])),
    record: contents.find(({ path }) => path === `${prefix}.dist-info/RECORD`) ?? null,
  };
}

/** As `conc_agent/install/former.py` makes it: of its name without the version, of its content, and of its mode. */
function keyOf({ path, sha256, executable }: WheelFile, prefix: string): string | null {
  const [, suffix] = /^[^/]+(\.(?:dist-info|data)\/.*)$/s.exec(path) ?? [];
  if (suffix !== undefined && path !== `${prefix}${suffix}`) return null;
  return createHash('sha256')
    .update(`${suffix ?? path}\0${sha256}\0${executable ? 1 : 0}`)
    .digest('hex')
    .slice(0, 2 * KEY);
}
