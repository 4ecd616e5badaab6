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
    ...POLICY,
  },
  {
    key: 'sudo.password.command',
    type: 'command',
    meaning:
      'A command on this machine whose first line of output is the sudo password, for where nobody can be asked: `pass show web`. Run without a shell, beside conc.ini, and only when a job needs sudo and sudo asks for a password.',
    identity: false,
    secret: true,
  },
];
