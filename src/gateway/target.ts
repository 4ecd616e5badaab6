import type { BuilderSettings, LinkSettings } from '../config/types.ts';
import type { Target } from './types.ts';

/** How long a link may be silent where no attributes say it: a script's own gateway. */
export const DEFAULT_LINK: LinkSettings = { ping: 15, lost: 60 };

/** Where the interpreter of a node or a builder is reached. */
export function targetOf(settings: BuilderSettings): Target {
  const { name: node, python, ssh, link } = settings;
  return ssh === undefined ? { kind: 'popen', node, python, link } : { kind: 'ssh', node, python, ssh, link };
}
