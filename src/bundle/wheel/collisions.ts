import { ConcError } from '../../errors/conc-error.ts';
import type { Collision } from '../types.ts';
import { foldersOf } from './places.ts';
import type { ReadWheel } from './read-wheel.ts';

export interface PlacedWheel {
  readonly file: string;
  readonly read: ReadWheel;
}

/** Who has a place: the wheel, and what tells its content from another's. */
interface Owner {
  readonly file: string;
  readonly content: string;
  readonly namespace: boolean;
}

/**
 * Wheels of one target that would put different contents at one path: pip lets the last one win, by an order that nobody
 * sees. ConcError `wheel.collision` names all of them. Allowed are the `__init__.py` of an old-style namespace (pkgutil,
 * pkg_resources), and what conc.ini allows by name (`allow`, a path or a folder that ends in a slash): there the last
 * one wins here too, and what is returned says so. The agent has the same rule (`install/collisions.py`).
 */
export function refuseCollisions(wheels: readonly PlacedWheel[], allow: readonly string[] = []): readonly Collision[] {
  refuseTwins(wheels);
  const owners = new Map<string, Owner>();
  const clashes: string[] = [];
  const met: Collision[] = [];
  for (const { file, read } of wheels) {
    for (const [place, path] of read.places) {
      const owner = { file, content: read.contentOf.get(path) ?? path, namespace: read.namespaces.has(path) };
      const other = owners.get(place);
      owners.set(place, owner);
      if (other === undefined || other.content === owner.content) continue;
      const wheels = [other.file, file] as const;
      if (isAllowed(place, allow)) met.push({ place, wheels, why: 'allowed' });
      else if (other.namespace && owner.namespace) met.push({ place, wheels, why: 'namespace' });
      else clashes.push(`${place}: ${wheels.join(' and ')}, with different content`);
    }
  }
  clashes.push(...blockedFolders(owners));
  if (clashes.length === 0) return met;
  throw new ConcError({
    code: 'wheel.collision',
    message: `Wheels of this lock would overwrite each other: ${clashes[0]}`,
    hint: 'pip would let the last one win, silently. Lock a version that does not, leave one out, or name the path in allow.collisions of conc.ini',
    evidence: clashes.slice(0, 20),
    exit: 2,
  });
}

const isAllowed = (place: string, allow: readonly string[]): boolean =>
  allow.some((each) => place === each || (each.endsWith('/') && place.startsWith(each)));

function* blockedFolders(owners: ReadonlyMap<string, Owner>): Generator<string> {
  const seen = new Set<string>();
  for (const [place, { file }] of owners) {
    for (const folder of foldersOf(place)) {
      const owner = seen.has(folder) ? undefined : owners.get(folder);
      seen.add(folder);
      if (owner !== undefined)
        yield `${folder}: it would be a file of ${owner.file} where another wheel needs a folder (${file})`;
    }
  }
}

function refuseTwins(wheels: readonly PlacedWheel[]): void {
  const names = new Map<string, string>();
  for (const { file, read } of wheels) {
    const other = names.get(read.name);
    if (other !== undefined) {
      throw new ConcError({
        code: 'wheel.collision',
        message: `${other} and ${file} are wheels of the same project`,
        hint: 'Lock again, so that one of them is left: conc lock',
        exit: 2,
      });
    }
    names.set(read.name, file);
  }
}
