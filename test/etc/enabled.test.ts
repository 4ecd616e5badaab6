import { expect, test } from 'vitest';
import { crontabBlock } from '../../src/etc/crontab.ts';
import { enabledLinks } from '../../src/etc/enabled.ts';

test('what is enabled comes to the links that a2ensite and its like make', () => {
  const links = enabledLinks({
    nginx: { sites: ['shop'] },
    apache2: { sites: ['shop'], modules: ['proxy'], confs: ['security'] },
  });
  expect(links.map(({ path, target, lead }) => `${path} -> ${target} ${lead}`)).toEqual([
    'nginx/sites-enabled/shop -> ../sites-available/shop must',
    'apache2/sites-enabled/shop.conf -> ../sites-available/shop.conf must',
    'apache2/conf-enabled/security.conf -> ../conf-available/security.conf must',
    'apache2/mods-enabled/proxy.load -> ../mods-available/proxy.load must',
    'apache2/mods-enabled/proxy.conf -> ../mods-available/proxy.conf may',
  ]);
});

test('the crontab’s lines start launchers, and are safe for sh and cron whatever the root is called', () => {
  const cron = { name: 'tidy', when: '17 4 * * *', command: 'tidy --all', env: {} };
  expect(crontabBlock('/srv/shop', [])).toBe(null);
  expect(crontabBlock('/srv/shop', [cron])).toMatchObject({
    path: '@crontab',
    text: '# conc /srv/shop: these lines are replaced by conc\n17 4 * * * /srv/shop/bin/cron-tidy >>/srv/shop/shared/log/cron-tidy.log 2>&1\n# conc /srv/shop: end\n',
  });
  expect(crontabBlock("/srv/50% o'clock", [cron])).toMatchObject({
    text: expect.stringContaining(" '/srv/50\\% o'\\''clock/bin/cron-tidy' >>'"),
  });
});
