import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { OpenNode } from './open.ts';

const difference = z.object({
  /** Relative to the root. */
  path: z.string(),
  what: z.enum(['content', 'mode', 'time', 'link', 'added', 'removed']),
  /** Goes on after the path: `has other content`. */
  text: z.string(),
});
const drift = z.object({
  releases: z.array(z.string()),
  entries: z.number(),
  files: z.number(),
  differences: z.array(difference),
});

/** What differs, on a node, from what conc placed there; and how much was looked at. */
export type Drift = z.infer<typeof drift>;

interface DriftWish {
  /** Every complete release and store entry; else the release that serves, with the entries that it has files of. */
  readonly all: boolean;
  /** Every file is read. Otherwise size, time and inode vouch for those that the store holds, as in the job verify. */
  readonly thorough: boolean;
}

/** Asks a node what was changed by hand. Reads only. */
export async function askDrift({ session, settings }: OpenNode, { all, thorough }: DriftWish): Promise<Drift> {
  const parsed = drift.safeParse(await session.call('drift', { root: settings.root, all, thorough }).reply);
  if (parsed.success) return parsed.data;
  throw new ConcError({
    code: 'agent.unexpected-reply',
    message: `the agent on ${settings.name} answered drift with something else: ${z.prettifyError(parsed.error)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
}

/** There is nothing to deploy; but what serves is not called well where a person changed it. */
export async function refuseDrifted(open: OpenNode, { id, version }: { id: string; version: string }): Promise<void> {
  const { name } = open.settings;
  const { differences } = await askDrift(open, { all: false, thorough: false });
  if (differences.length === 0) return;
  const lines = differences.slice(0, 10).map(({ path, text }) => `${path} ${text}`);
  const more = differences.length - lines.length;
  if (more > 0) lines.push(`and ${more} more`);
  throw new ConcError({
    code: 'release.differs',
    message: `${name} serves ${id} (${version}) already, but not as it was installed:\n  ${lines.join('\n  ')}`,
    state: 'nothing was changed',
    hint: `All of it: conc check ${name} --drift. If it may stay as it is: conc deploy ${name} --accept-drift`,
    exit: 1,
  });
}
