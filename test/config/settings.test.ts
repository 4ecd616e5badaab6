import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { settingsOf } from '../../src/config/settings.ts';
import { configOf, refusal, temporaryFolder } from './support/config-of.ts';

afterEach(() => vi.unstubAllEnvs());

const homeWith = (...files: string[]): string => {
  const home = temporaryFolder();
  mkdirSync(join(home, '.ssh'));
  for (const file of files) writeFileSync(join(home, '.ssh', file), '');
  vi.stubEnv('HOME', home);
  return home;
};

test('what a node has by default', () => {
  expect(settingsOf(configOf('[node a]\napp = shop\nroot = /srv/shop\nsshd.host = a.example.org\n'), 'a')).toEqual({
    name: 'a',
    link: { ping: 15, lost: 60 },
    groups: [],
    etcRoot: '/etc',
    enabled: { nginx: { sites: [] }, apache2: { sites: [], modules: [], confs: [] } },
    crons: [],
    allowCollisions: [],
    sharesVendors: false,
    app: 'shop',
    gateway: 'ssh',
    root: '/srv/shop',
    python: 'python3',
    ssh: {
      host: 'a.example.org',
      port: undefined,
      user: undefined,
      key: undefined,
      config: undefined,
      jump: undefined,
      options: [],
    },
    service: 'none',
    processes: [],
    elsewhere: [],
    health: { url: undefined, status: 200, command: undefined, staysUp: 0, tries: 5, interval: 1, timeout: 5 },
    static: { command: undefined, folder: undefined, timeout: 300 },
    lock: { requirements: [], extras: [], groups: [], devops: undefined },
    packages: [],
    keep: 5,
    confirmWithin: 120,
    confirmFresh: false,
    protected: false,
    attributes: { app: 'shop', root: '/srv/shop', 'sshd.host': 'a.example.org' },
    jobs: null,
    once: false,
    sudoPasswordCommand: undefined,
    tests: { levels: ['integration'], timeout: 60 },
    identity: { app: 'shop' },
    allowSecrets: [],
    allowTests: [],
  });
});

test('every key of conc has its place', () => {
  const home = homeWith('id_rsa-ops');
  const config = configOf(`[DEFAULT]
app = shop
admin = deploy
op_key = ops
[node a]
root = ~/shop//x/
python = /usr/bin/python3.11
sshd.ip = ::1
sshd.port = 2222
sshd.config = ssh.conf
sshd.jump = me@gate:22
sshd.options =
  ConnectTimeout=5
  ServerAliveInterval=10
service = supervisord
process.web.command = gunicorn shop.wsgi
process.web.count = 2
process.web.listen = 127.0.0.1:8000
process.web.env =
  DJANGO_SETTINGS_MODULE=shop.settings
  EMPTY=
  PAIR=a=b
process.worker.command = celery
process.worker.stop_timeout = 0.5
health.url = /healthz
health.status = 204
health.tries = 2
health.interval = 0
health.timeout = 1.5
keep = 0
confirm.within = 60
protected = yes
groups =
once = yes
workers = 4
`);
  const settings = settingsOf(config, 'a');
  expect(settings).toMatchObject({
    root: '~/shop/x',
    python: '/usr/bin/python3.11',
    ssh: {
      host: '::1',
      port: 2222,
      user: 'deploy',
      key: join(home, '.ssh', 'id_rsa-ops'),
      config: join(dirname(config.file), 'ssh.conf'),
      jump: 'me@gate:22',
      options: ['ConnectTimeout=5', 'ServerAliveInterval=10'],
    },
    service: 'supervisord',
    processes: [
      {
        name: 'web',
        command: 'gunicorn shop.wsgi',
        count: 2,
        listen: '127.0.0.1:8000',
        env: { DJANGO_SETTINGS_MODULE: 'shop.settings', EMPTY: '', PAIR: 'a=b' },
        ready: 'exec',
        stopTimeout: 10,
        drain: false,
        singleton: false,
      },
      {
        name: 'worker',
        command: 'celery',
        count: 1,
        listen: undefined,
        env: {},
        ready: 'exec',
        stopTimeout: 0.5,
        drain: false,
        singleton: false,
      },
    ],
    elsewhere: [],
    health: { url: '/healthz', status: 204, command: undefined, staysUp: 0, tries: 2, interval: 0, timeout: 1.5 },
    static: { command: undefined, folder: undefined, timeout: 300 },
    lock: { requirements: [], extras: [], groups: [], devops: undefined },
    keep: 0,
    confirmWithin: 60,
    confirmFresh: false,
    protected: true,
  });
  expect(Object.keys(settings.identity)).toEqual([
    'app',
    'service',
    'process.web.command',
    'process.web.count',
    'process.web.listen',
    'process.web.env',
    'process.worker.command',
    'process.worker.stop_timeout',
    'workers',
  ]);
});

test("an embedded node's root is relative to conc.ini, and it needs no ssh", () => {
  const home = homeWith();
  const config = configOf(
    '[DEFAULT]\napp = shop\ngateway = popen\n[node a]\nroot = ./.conc/../nodes/a\n[node b]\nroot = ~/b\n',
  );
  expect(settingsOf(config, 'a')).toMatchObject({ root: join(dirname(config.file), 'nodes/a'), ssh: undefined });
  expect(settingsOf(config, 'b').root).toBe(join(home, 'b'));
});

const keyOf = (keys: string) =>
  settingsOf(configOf(`[node a]\napp = x\nroot = /srv/x\nsshd.host = a\n${keys}\n`), 'a').ssh?.key;

test('op_key names a key file of the type that is there', () => {
  const home = homeWith('id_ed25519-ops', 'id_ecdsa-ops', 'id_rsa-both', 'id_ed25519-both');
  expect(keyOf('op_key = ops')).toBe(join(home, '.ssh/id_ed25519-ops'));
  expect(keyOf('op_key = both')).toBe(join(home, '.ssh/id_rsa-both'));
  expect(keyOf('op_key = none')).toBe(join(home, '.ssh/id_rsa-none'));
  expect(keyOf('op_key = ops\nsshd.key = ~/keys/x.pub')).toBe(join(home, 'keys/x.pub'));
});

test.each([
  ['root = srv/x', 'root = "srv/x": with ssh it must be absolute', 'Write /srv/NAME, or ~/NAME'],
  ['root = /', 'root = "/": it must be a folder of its own', 'Write /srv/NAME, or ~/NAME'],
  ['root = ~/', 'root = "~/": it must be a folder of its own', 'Write /srv/NAME, or ~/NAME'],
  ['root = /srv/../x', 'root = "/srv/../x": it must not have ..', 'Write the path without it'],
  ['root = /srv/x\nsshd.ip = ::1', 'sshd.ip and sshd.host are both given (sshd.host at line 3)', 'Keep one of the two'],
  ['root = /srv/x\nsshd.prot = 22', 'sshd.prot: no such key', 'Did you mean sshd.port?'],
  ['root = /srv/x\nname = a', 'name: conc sets name itself', 'Give it another name'],
  [
    'root = /srv/x\nservice = upstart',
    'service = "upstart": no such choice',
    'Choices are: none, supervisord, systemd, initscript',
  ],
  [
    'root = /srv/x\nservice = supervisord',
    'service = supervisord: there is no process to start',
    'Write process.NAME.command = …, or service = none',
  ],
  ['root = /srv/x\nprocess.web.count = 2', 'process.web.command is missing', 'Write process.web.command = …'],
  [
    'root = /srv/x\nprocess.a.command = x\nprocess.a.listen = a:99999',
    'process.a.listen = "a:99999": no such port',
    'Write a port from 1 to 65535',
  ],
  [
    'root = /srv/x\nprocess.a.command = x\nprocess.a.env =\n  A=1\n  A=2',
    'process.a.env: A is there twice',
    'Remove one of the two',
  ],
  [
    'root = /srv/x\nhealth.url = /healthz',
    'health.url = "/healthz": a path is asked of the first process with a listen, and there is none',
    'Write the whole URL, or process.NAME.listen = 127.0.0.1:8000',
  ],
  [
    'root = /srv/x\nsshd.options = StrictHostKeyChecking=no',
    "sshd.options: StrictHostKeyChecking can't be set",
    'Remove it: host keys are always checked strictly, and no agent is forwarded',
  ],
  [
    'root = /srv/x\nlink.lost = 20',
    'link.lost = 20 leaves no time for an answer: a silent node is asked after 15 s (link.ping)',
    'Write link.lost = 30 or more',
  ],
  [
    'root = /srv/x\nsshd.port = 22 # ssh',
    'sshd.port = "22 # ssh": the comment is part of the value',
    'Put it on a line of its own',
  ],
  ['', 'root is missing', 'Write root = /srv/NAME: the folder on the node that holds everything'],
])('%s', (keys, message, hint) => {
  const {
    lines,
    exit,
    hint: found,
  } = refusal(() => settingsOf(configOf(`[node a]\napp = x\nsshd.host = a\n${keys}\n`), 'a'));
  expect({ lines, exit, hint: found }).toEqual({
    lines: [expect.stringMatching(/^conc\.ini:\d+ {2}\[node a\] {2}/)],
    exit: 2,
    hint,
  });
  expect(lines[0]?.replace(/^conc\.ini:\d+ {2}\[node a\] {2}/, '')).toBe(message);
});

test('all problems of the node are told, each at its own line', () => {
  const config = configOf('[DEFAULT]\nsshd.port = x\n[node a]\nkeep = y\n[node b]\nkeep = z\n');
  expect(refusal(() => settingsOf(config, 'a')).lines).toEqual([
    'conc.ini:2  [DEFAULT]  sshd.port = "x": not a whole number. Write digits only',
    'conc.ini:4  [node a]  keep = "y": not a whole number. Write digits only',
    'conc.ini:3  [node a]  app is missing. Write app = NAME, into [DEFAULT] if it is the same everywhere',
    'conc.ini:3  [node a]  root is missing. Write root = /srv/NAME: the folder on the node that holds everything',
    'conc.ini:3  [node a]  sshd.host is missing. Write sshd.host = NAME or sshd.ip = ADDRESS; or gateway = popen for a node on this machine',
  ]);
});

test('a secret value is not in the message', () => {
  const config = configOf('[node a]\napp = x\nroot = /srv/x\nsshd.host = a\nsudo.password.command = echo "hunter2\n');
  expect(refusal(() => settingsOf(config, 'a')).lines[0]).toContain('sudo.password.command = ***: a quotation mark');
});
