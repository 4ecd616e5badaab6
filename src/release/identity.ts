import { createHash } from 'node:crypto';
import type { Facts } from '../gateway/types.ts';
import { canonical } from './canonical.ts';
import type { Survey } from './types.ts';

export interface Identity {
  /** The bundle's id, 64 hex digits. */
  readonly bundle: string;
  /** The evaluated attributes that make the application what it is. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Digest of the rendered etc tree: an attribute that is used in it counts, whatever it is of. Missing: there is none. */
  readonly etc?: string;
  /** The generation of the application's secrets. Missing: there is none. */
  readonly env?: number;
  readonly interpreter: { readonly executable: string; readonly full: string; readonly cacheTag: string };
}

/** The interpreter's part of a release's identity: another patch version, or another path, is another release. */
export const interpreterOf = ({ python: { executable, full, cacheTag } }: Facts): Identity['interpreter'] => ({
  executable,
  full,
  cacheTag,
});

/**
 * The id that a release has on a node: `r<n>-<8 hex>`. Where the node already has a release of the same identity, that
 * one's own; else the next running number with the first 8 hex digits of the identity's sha256.
 */
export function releaseId(identity: Identity, survey: Pick<Survey, 'releases' | 'next'>): string {
  const hash = createHash('sha256')
    .update(canonical({ ...identity }))
    .digest('hex')
    .slice(0, 8);
  const same = survey.releases.findLast(({ id }) => id.endsWith(`-${hash}`));
  return same?.id ?? `r${survey.next}-${hash}`;
}
