import { expect, test } from 'vitest';
import { checkConfig } from '../../src/config/check.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { configOf } from './support/config-of.ts';

const text = (...lines: string[]): string =>
  `[DEFAULT]\napp = shop\nroot = /srv/shop\nsshd.host = h\n[node a]\nprocess.web.command = web\n${lines.join('\n')}\n`;
const told = (...lines: string[]): string[] => checkConfig(configOf(text(...lines))).map(({ message }) => message);

test('who starts processes, and as whom', () => {
  const settings = (...lines: string[]) => {
    const { service, serviceUser } = settingsOf(configOf(text(...lines)), 'a');
    return [service, serviceUser];
  };
  expect(settings('service = systemd')).toEqual(['systemd', undefined]);
  expect(settings('service = systemd', 'service.scope = system', 'service.user = tea')).toEqual([
    'systemd_system',
    'tea',
  ]);
  expect(settings('service = supervisord', 'service.scope = system', 'service.user = tea')).toEqual([
    'supervisord_system',
    'tea',
  ]);
  expect(settings('service = initscript', 'service.user = tea')).toEqual(['initscript', 'tea']);
});

test.each([
  [['service = initscript', 'service.scope = system'], 'service.scope = system: only systemd and supervisord have one'],
  [
    ['service = supervisord', 'service.scope = system', 'process.web.listen = [::1]:80'],
    'process.web.listen = "[::1]:80": the system\'s supervisor listens at IPv4 ports',
  ],
  [
    ['service = supervisord', 'service.scope = system', 'process.web.drain = yes'],
    "process.web.drain: nobody looks after what ends beside its successor under the system's supervisor",
  ],
  [
    ['service = systemd', 'service.user = tea'],
    "service.user: the deploying user's own services run as that user alone",
  ],
  [['service = initscript', 'service.user = root'], 'service.user = root: an application never runs as root'],
  [['service = initscript', 'process.web.listen = 127.0.0.1:80'], 'process.web.listen: an init script holds no socket'],
  [
    ['service = systemd', 'service.scope = system', 'process.web.listen = unix:/srv/shop/shared/web.sock'],
    'process.web.listen = "unix:/srv/shop/shared/web.sock": a socket that root makes lies in a folder of root\'s',
  ],
])('%j is refused', (lines, message) => {
  expect(told(...lines)).toEqual([message]);
});

test('a socket of root’s where it may be', () => {
  const listen = 'process.web.listen = unix:/run/conc/srv/shop/web.sock';
  expect(told('service = systemd', 'service.scope = system', listen)).toEqual([]);
});
