import type { KeySpec } from '../types.ts';
import { POLICY } from './terms.ts';

/** Names in a root that are conc's own. */
const OWN =
  'releases|store|change|state|current|bin|tools|supervisor|shared/log|serving\\.json|etc\\.json|history\\.jsonl';

/** The files of the machine's own configuration that come with a release. */
export const etcKeys: readonly KeySpec[] = [
  {
    key: 'etc.root',
    type: 'text',
    form: {
      pattern: new RegExp(`^(?!.*(?:^|/)\\.{1,2}(?:/|$))(?!(?:${OWN})(?:/|$))(?:~?/)?[^\\s~/](?:\\S*[^\\s/])?$`),
      words: "a folder: /etc, ~/.config, a path below root that is none of conc's own; or none",
    },
    meaning:
      "Where the project's tree `etc/` goes on the node: an absolute path, `~/…`, or a path below `root`; `none`: nowhere. Without it: `/etc`, and with `gateway = popen` the folder `etc` below `root`, as an embedded node leaves this machine's own alone.",
    ...POLICY,
  },
];
