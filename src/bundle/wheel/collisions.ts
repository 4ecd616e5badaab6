import { ConcError } from '../../errors/conc-error.ts';
import type { ReadWheel } from './read-wheel.ts';

export interface PlacedWheel {
  readonly file: string;
  readonly read: ReadWheel;
}

/**
 * Wheels of one target that would put different contents at one path: pip lets the last one win, by an order that
 * nobody sees. ConcError `wheel.collision` names all of them. An old-style namespace's `__init__.py` is allowed.
 */
export function refuseCollisions(wheels: readonly PlacedWheel[]): void {
  const placed = new Map<string, { file: string; sha256: string; namespace: boolean }>();
  const clashes: string[] = [];
  for (const { file, read } of wheels) {
    for (const { path, sha256 } of read.files) {
      const at = placeOf(path, read.distInfo);
      const namespace = read.namespaces.has(path);
      const other = placed.get(at);
      if (other === undefined) placed.set(at, { file, sha256, namespace });
      else if (other.sha256 !== sha256 && !(other.namespace && namespace))
        clashes.push(`${at}: ${other.file} and ${file}`);
    }
  }
  if (clashes.length === 0) return;
  throw new ConcError({
    code: 'wheel.collision',
    message: 'Wheels of this lock put different files at the same place, and would overwrite each other',
    hint: 'Lock a version of one of them that doesn’t, or leave one out',
    evidence: clashes.slice(0, 20),
    exit: 2,
  });
}

/** Where an archive's path is placed below the venv: `site/…`, `bin/…`, `include/…` or `data/…` (the `.data` schemes). */
export function placeOf(path: string, distInfo: string): string {
  const data = `${distInfo.slice(0, -'.dist-info'.length)}.data/`;
  if (!path.startsWith(data)) return `site/${path}`;
  const [scheme = '', ...rest] = path.slice(data.length).split('/');
  const place = { purelib: 'site', platlib: 'site', scripts: 'bin', headers: `include/${distInfo}` }[scheme] ?? 'data';
  return `${place}/${rest.join('/')}`;
}
