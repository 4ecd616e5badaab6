import { ConcError } from '../../errors/conc-error.ts';
import { didYouMean } from '../../errors/suggest.ts';
import { normalizeName } from '../standards/names.ts';
import { lockedVersions } from './pylock.ts';

/** Which packages a person wants newer, by their normalised names; true: all. ConcError `lock.not-locked`. */
export function upgradeNames(
  wish: boolean | readonly string[],
  former: ReadonlyMap<string, string>,
): true | readonly string[] {
  if (wish === true) return true;
  const names = wish === false ? [] : wish.map(normalizeName);
  const locked = [...new Set([...former.values()].flatMap(lockedVersions).map(({ name }) => name))].toSorted();
  for (const name of names) {
    if (locked.includes(name)) continue;
    throw new ConcError({
      code: 'lock.not-locked',
      message: `${name} is not locked, so there is nothing to upgrade`,
      hint: didYouMean(name, locked, 'Locked packages') ?? 'Lock first: conc lock',
      exit: 2,
    });
  }
  return names;
}
