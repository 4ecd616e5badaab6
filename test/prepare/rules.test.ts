import { describe, expect, it } from 'vitest';
import { rulesFor } from '../../src/prepare/rules.ts';
import type { ApplicationJob } from '../../src/sequence/types.ts';
import { change } from '../support/sample.ts';

const { settings } = change();
const job = (name: string, sudoCommands: readonly string[], where: 'local' | 'remote' = 'remote'): ApplicationJob => ({
  ...{ name, where, phase: 'after', sudo: true, again: 'safe', timeout: null, sudoCommands, plan: null, byHand: null },
  ...{ undo: false, compatible: true, touches: [], op: { kind: 'application', position: 0, calls: `shop.${name}` } },
});

describe('what sudo has to allow before anything was deployed', () => {
  it('is what jobs declare, with the attributes of the node, and what conc runs', () => {
    const jobs = [
      job('reload', ['/usr/bin/systemctl reload nginx', '/usr/bin/chown -R www: ${root}/shared']),
      job('roles', ['(postgres) /usr/bin/psql -c "a b"']),
      job('here', ['/usr/bin/true'], 'local'),
    ];
    expect(rulesFor(settings, jobs, ['/x/place', '/x/place units'])).toEqual({
      rules: [
        {
          runAs: 'root',
          commands: [
            '/x/place ""',
            '/x/place units',
            '/usr/bin/systemctl reload nginx',
            '/usr/bin/chown -R www\\: /srv/shop/shared',
          ],
          asked: [
            ['/x/place'],
            ['/x/place', 'units'],
            ['/usr/bin/systemctl', 'reload', 'nginx'],
            ['/usr/bin/chown', '-R', 'www:', '/srv/shop/shared'],
          ],
        },
        { runAs: 'postgres', commands: ['/usr/bin/psql -c a\\ b'], asked: [['/usr/bin/psql', '-c', 'a b']] },
      ],
      notes: [],
    });
  });

  it('leaves out, and names, what no least rule can be given for', () => {
    const jobs = [job('all', []), job('own', ['${venv}/bin/tool']), job('path', ['systemctl reload nginx'])];
    expect(rulesFor(settings, jobs, [])).toEqual({
      rules: [],
      notes: [
        'all declares sudo=True and no commands: it needs all of sudo, which conc does not give',
        'own needs ${venv}/bin/tool, whose path is another in each release',
        'path needs systemctl reload nginx: sudo wants a full path',
      ],
    });
  });

  it('asks sudo about no pattern', () => {
    const { rules } = rulesFor(settings, [job('some', ['/usr/bin/systemctl reload *'])], []);
    expect(rules).toEqual([{ runAs: 'root', commands: ['/usr/bin/systemctl reload *'], asked: [] }]);
  });
});
