import type { Collision } from './types.ts';

/** Says what becomes of a path that two wheels have: `bin/run is in a.whl and b.whl, as allow.collisions permits: …`. */
export function collisionText({ place, wheels: [first, last], why }: Collision): string {
  const meets =
    why === 'allowed'
      ? `is in ${first} and ${last}, as allow.collisions permits`
      : `is a namespace of ${first} and ${last}`;
  return `${place} ${meets}: the latter's is taken`;
}
