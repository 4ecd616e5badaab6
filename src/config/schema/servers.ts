import type { KeySpec } from '../types.ts';
import { NAME, POLICY } from './terms.ts';

const enabled = (key: string, what: string): KeySpec => ({
  ...{ key, type: 'names', form: NAME },
  meaning: `${what} In the etc tree these are links, as Debian's own tools make them: a plan shows them, a rollback takes them back.`,
  // The links are in the tree, and its digest is in a release's identity.
  ...POLICY,
});

/** What of the machine's web servers is switched on for the application. */
export const serverKeys: readonly KeySpec[] = [
  enabled(
    'nginx.sites',
    'Sites of nginx that are enabled: `nginx/sites-available/NAME`, of the tree or of the machine.',
  ),
  enabled(
    'apache2.sites',
    'Sites of apache2 that are enabled: `apache2/sites-available/NAME.conf`, as by `a2ensite NAME`.',
  ),
  enabled(
    'apache2.modules',
    'Modules of apache2 that are enabled: `apache2/mods-available/NAME.load`, and `NAME.conf` where there is one, as by `a2enmod NAME`; those that a module depends on are to be named too.',
  ),
  enabled(
    'apache2.confs',
    'Files of settings of apache2 that are enabled: `apache2/conf-available/NAME.conf`, as by `a2enconf NAME`.',
  ),
];
