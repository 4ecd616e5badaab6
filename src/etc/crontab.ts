import { createHash } from 'node:crypto';
import type { CronSettings } from '../config/types.ts';
import type { RenderedFile } from './types.ts';

/** The name by which the deploying user's own crontab stands in a tree: of its lines those that are this root's. */
export const CRONTAB = '@crontab';

/**
 * The lines of a root in the crontab; null: none. `root` is absolute, as it is on the node. A launcher starts what runs,
 * so the lines are the same for every release.
 */
export function crontabBlock(root: string, crons: readonly CronSettings[]): RenderedFile | null {
  if (crons.length === 0) return null;
  const entries = crons.map(({ name, when }) => {
    const [launcher, log] = [`${root}/bin/cron-${name}`, `${root}/shared/log/cron-${name}.log`];
    return `${when} ${word(launcher)} >>${word(log)} 2>&1`;
  });
  const text = [`# conc ${root}: these lines are replaced by conc`, ...entries, `# conc ${root}: end`, ''].join('\n');
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const about = { path: CRONTAB, kind: 'file', mode: '0600', owner: null, group: null } as const;
  return { ...about, sha256, size: bytes.length, text };
}

/** For sh, in a crontab: there a `%` ends the command unless it is escaped, between quotation marks too (crontab(5)). */
const word = (path: string): string =>
  (/^[\w/.,:@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`).replaceAll('%', '\\%');

/** How a person is told of a path of the tree. */
export const placeIn = (root: string, path: string): string =>
  path === CRONTAB ? `the user's crontab (${CRONTAB})` : `${root}/${path}`;
