import { describe, expect, it } from 'vitest';
import { restart } from '../../src/ops/restart.ts';
import type { Change } from '../../src/ops/types.ts';
import type { Survey } from '../../src/release/types.ts';
import { change, survey } from '../support/sample.ts';

const listening = (now: Survey['service']['listening']): Change =>
  change({ survey: survey({ service: { sudoCommands: null, listening: now } }) });
const notices = (of: Change): string[] =>
  restart.changes(of).flatMap((effect) => (effect.kind === 'notice' ? [effect.text] : []));

describe('a restart is planned', () => {
  it('without a word of connections where the socket stays', () => {
    expect(notices(listening({}))).toEqual([]);
    expect(notices(listening({ web: { listen: '127.0.0.1:8000', count: null } }))).toEqual([]);
    expect(notices(listening({ web: { listen: '127.0.0.1:8000', count: 2 } }))).toEqual([]);
  });

  it('as one that drops connections where it changes, or goes', () => {
    expect(notices(listening({ web: { listen: '127.0.0.1:80', count: null } }))).toEqual([
      'connections drop: web listens at 127.0.0.1:80 now, and then at 127.0.0.1:8000',
    ]);
    expect(notices(listening({ admin: { listen: '[::1]:80', count: 1 } }))).toEqual([
      'connections drop: admin listens at [::1]:80 now, and then nowhere',
    ]);
  });

  it('and where another number of processes needs the socket anew (supervisord)', () => {
    expect(notices(listening({ web: { listen: '127.0.0.1:8000', count: 3 } }))).toEqual([
      'connections drop: web has 3 processes at its socket now, and then 2',
    ]);
  });

  it('with sudo where the service is root’s', () => {
    const sudoCommands = ['/usr/local/lib/conc/place units'];
    const of = change({ survey: survey({ service: { sudoCommands, listening: {} } }) });
    expect([restart.sudo?.(of), restart.sudoCommands?.(of)]).toEqual([true, sudoCommands]);
    expect(restart.request(of)).toMatchObject({ sudo: true, sudoCommands });
    expect(restart.sudo?.(change())).toBe(false);
  });

  it.each([
    ['systemd', 'systemctl --user restart conc-srv-shop-web@1.service'],
    ['systemd_system', 'sudo systemctl restart conc-srv-shop-web@1.service'],
    ['supervisord_system', 'sudo supervisorctl restart conc-srv-shop-web:web_0'],
    ['initscript', 'sudo /etc/init.d/conc-srv-shop-web restart 1'],
  ] as const)('as a person would type it: %s', (service, line) => {
    expect(restart.byHand(change({ settings: { ...change().settings, service } }))[0]).toBe(line);
  });

  it.each([
    ['systemd', "systemctl --user restart 'conc-srv-shop-web@*.service'"],
    ['systemd_system', "sudo systemctl restart 'conc-srv-shop-web@*.service'"],
  ] as const)('one that drains too: %s', (service, line) => {
    const { release, settings } = change();
    const processes = release.processes.map((process) => ({ ...process, drain: true }));
    const of = change({ release: { ...release, processes }, settings: { ...settings, service } });
    expect(restart.byHand(of)[0]).toBe(line);
  });
});
