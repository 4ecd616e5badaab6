import type { Wanted } from '../../src/prepare/types.ts';

/** A node as most are; tests change what they are about. */
export const wanted: Wanted = {
  node: 'web1',
  app: 'shop',
  embedded: false,
  user: 'deploy',
  root: '/srv/shop',
  python: 'python3',
  manager: 'user',
  account: null,
  key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE ops@example.org',
  packages: ['libpq5'],
  attributes: { app: 'shop' },
  etc: ['cron.d/shop', 'nginx/sites-available/shop'],
  program: { path: '/usr/local/lib/conc/place', bytes: Buffer.from('a program') },
  rules: [
    {
      runAs: 'root',
      commands: ['/usr/local/lib/conc/place ""', '/usr/bin/systemctl reload *'],
      asked: [['/usr/local/lib/conc/place']],
    },
    { runAs: 'postgres', commands: ['/usr/bin/psql -f /srv/a\\ b'], asked: [['/usr/bin/psql', '-f', '/srv/a b']] },
  ],
  notes: ['tidy declares sudo=True and no commands: it needs all of sudo, which conc does not give'],
  by: 'ops@desk',
};
