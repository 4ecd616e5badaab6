import type { WheelEntry } from '../../src/bundle/types.ts';
import type { NodeSettings } from '../../src/config/types.ts';
import type { Facts } from '../../src/gateway/types.ts';
import type { Change } from '../../src/ops/types.ts';
import type { ReleaseRecord, Survey } from '../../src/release/types.ts';

/** Values as a deploy of a small web application has them; tests change what they are about. */
const settings: NodeSettings = {
  name: 'web1',
  app: 'shop',
  gateway: 'popen',
  root: '/srv/shop',
  groups: [],
  etcRoot: '/etc',
  python: 'python3',
  ssh: undefined,
  link: { ping: 15, lost: 60 },
  service: 'supervisord',
  processes: [
    {
      name: 'web',
      command: 'gunicorn shop.wsgi',
      count: 2,
      listen: '127.0.0.1:8000',
      env: {},
      ready: 'exec',
      stopTimeout: 10,
    },
  ],
  health: { url: '/healthz', status: 200, command: undefined, tries: 5, interval: 1, timeout: 5 },
  lock: { requirements: [], extras: [], groups: [], devops: undefined },
  keep: 2,
  confirmWithin: 120,
  confirmFresh: false,
  allowCollisions: [],
  protected: false,
  attributes: { app: 'shop', root: '/srv/shop', workers: '4' },
  jobs: null,
  once: false,
  tests: { levels: [], timeout: 60 },
  sudoPasswordCommand: undefined,
  identity: { workers: '4' },
  allowSecrets: [],
  allowTests: [],
};

const facts: Facts = {
  protocol: 1,
  python: {
    version: [3, 11, 2],
    full: '3.11.2',
    implementation: 'cpython',
    cacheTag: 'cpython-311',
    soabi: 'cpython-311-x86_64-linux-gnu',
    executable: '/usr/bin/python3.11',
    pointerBits: 64,
    platform: 'linux-x86_64',
    abiflags: '',
    freeThreaded: false,
    hasVenv: true,
  },
  markers: { python_version: '3.11', sys_platform: 'linux' },
  libc: { kind: 'glibc', version: [2, 36] },
  machine: 'x86_64',
  hostname: 'web1',
  user: 'deploy',
  uid: 1000,
  home: '/home/deploy',
  machineId: null,
  boot: 'b:1',
  time: 0,
  pid: 42,
};

export const release = (
  id: string,
  state: ReleaseRecord['state'] = 'proven',
  more: Partial<ReleaseRecord> = {},
): ReleaseRecord => ({
  id,
  bundle: 'ab'.repeat(32),
  version: `1.${Number.parseInt(id.slice(1), 10)}`,
  state,
  since: '2026-01-01T00:00:00Z',
  by: 'ann@desk',
  complete: true,
  live: false,
  ...more,
});

export const survey = (more: Partial<Survey> = {}): Survey => ({
  root: '/srv/shop',
  exists: true,
  current: 'r41-0b77ad20',
  serving: { from: 'r40-11111111', to: 'r41-0b77ad20', confirmed: true, sameBoot: true },
  releases: [release('r40-11111111'), release('r41-0b77ad20')],
  schemas: [],
  next: 42,
  change: null,
  guarded: null,
  disk: {
    freeBytes: 1e10,
    freeInodes: 1e6,
    fileSystem: 'ext4',
    options: [],
    noexec: false,
    readOnly: false,
    network: false,
    writable: true,
    owner: 1000,
  },
  store: [],
  etc: false,
  processes: [{ name: 'web:web_0', state: 'RUNNING', pid: 7, release: 'r41-0b77ad20', usage: null }],
  ...more,
});

export const wheel = (name: string, more: Partial<WheelEntry> = {}): WheelEntry => ({
  file: `${name}-1.0-py3-none-any.whl`,
  name,
  version: '1.0',
  sha256: Buffer.from(name.padEnd(32, '.')).toString('hex'),
  size: 38_000,
  unpacked: 100_000,
  count: 12,
  contents: 'c'.repeat(64),
  role: 'vendor',
  targets: ['cp311'],
  origin: 'registry',
  ...more,
});

export const change = (more: Partial<Change> = {}): Change => ({
  kind: 'deploy',
  settings,
  facts,
  survey: survey(),
  release: {
    id: 'r42-c21e88b0',
    bundle: '7f3a9c1d'.repeat(8),
    app: 'shop',
    version: '2.1.0',
    created: '2026-01-01T00:00:00Z',
    by: 'ann@desk',
    attributes: { workers: '4' },
    interpreter: { executable: '/usr/bin/python3.11', full: '3.11.2', cacheTag: 'cpython-311' },
    wheels: [],
    processes: [
      {
        name: 'web',
        command: 'gunicorn shop.wsgi',
        count: 2,
        listen: '127.0.0.1:8000',
        env: {},
        ready: 'exec',
        stopTimeout: 10,
      },
    ],
  },
  from: 'r41-0b77ad20',
  wheels: [wheel('django'), wheel('shop', { role: 'application', origin: 'project' })],
  tools: [],
  ...more,
});
