import { describe, expect, it } from 'vitest';
import { needsOf } from '../../src/prepare/needs.ts';
import type { Wanted } from '../../src/prepare/types.ts';
import { wanted } from './wanted.ts';

const idsOf = (more: Partial<Wanted>): string[] => needsOf({ ...wanted, ...more }).map(({ id }) => id);
const packagesOf = (more: Partial<Wanted>): string =>
  needsOf({ ...wanted, etc: [], packages: [], rules: [], program: null, manager: null, ...more })
    .filter(({ id }) => id === 'packages')
    .map(({ what }) => what.replace('Debian packages: ', ''))
    .join();

describe('what a machine needs', () => {
  it('comes in the order in which it can be done', () => {
    expect(idsOf({ manager: 'machine', account: 'shop' })).toEqual([
      'packages',
      'account',
      'user',
      'key',
      'group',
      'root',
      'shared',
      'machine',
      'program',
      'sudo',
    ]);
  });

  it.each<[string, Partial<Wanted>, string[]]>([
    ['user units', {}, ['packages', 'user', 'key', 'root', 'machine', 'program', 'sudo', 'linger']],
    [
      'who deploys logs in already',
      { key: null, manager: null },
      ['packages', 'user', 'root', 'machine', 'program', 'sudo'],
    ],
    ['nothing of root', { manager: null, program: null, rules: [] }, ['packages', 'user', 'key', 'root', 'machine']],
    ['a home', { manager: null, program: null, rules: [], root: '~/shop' }, ['packages', 'user', 'key', 'machine']],
    ['an embedded node', { embedded: true, manager: null, program: null, rules: [], key: null }, ['packages']],
  ])('is less for %s', (_, more, ids) => expect(idsOf(more)).toEqual(ids));

  it.each<[Partial<Wanted>, string]>([
    [{}, 'python3'],
    [{ python: '/usr/bin/python3.12' }, 'python3.12'],
    // Of elsewhere: no package brings it.
    [{ python: '/opt/python/bin/python3' }, ''],
    [{ manager: 'user' }, 'python3, libpam-systemd'],
    [{ manager: 'machine', attributes: { service: 'supervisord' } }, 'python3, supervisor'],
    [{ rules: wanted.rules }, 'python3, sudo'],
    [{ etc: ['cron.d/shop', 'nginx/nginx.conf', 'motd'] }, 'python3, nginx, cron'],
    [{ attributes: { 'apache2.sites': 'shop', 'cron.tick.when': '@daily' } }, 'python3, apache2, cron'],
    [{ packages: ['libpq5', 'nginx'], etc: ['nginx/nginx.conf'] }, 'python3, nginx, libpq5'],
  ])('has packages by what asks for them: %j', (more, names) => expect(packagesOf(more)).toBe(names));

  it('says why', () => {
    const [packages] = needsOf({ ...wanted, packages: ['nginx'] });
    expect(packages?.why).toContain('nginx: etc/nginx/sites-available/shop, packages');
    expect(packages?.elsewhere).toBe('programs: python3, sudo, systemd --user, nginx, cron');
  });
});
