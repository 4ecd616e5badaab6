import type { KeySpec } from '../types.ts';
import { POLICY } from './terms.ts';

/** The application's own jobs, and what they need to run. */
export const jobKeys: readonly KeySpec[] = [
  {
    key: 'devops.jobs',
    type: 'text',
    form: {
      pattern: /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$/,
      words: 'a module and the name of its list, such as shop.devops:jobs',
    },
    meaning: "The application's own list of jobs, as `module:name`. Without it: the default sequence.",
    later: true,
    ...POLICY,
  },
  {
    key: 'sudo.password.command',
    type: 'command',
    meaning: 'A command on this machine that prints the sudo password, for where nobody can be asked.',
    later: true,
    identity: false,
    secret: true,
  },
];
