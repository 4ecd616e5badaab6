import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsOf, serveThrough } from '../serving/changes.ts';
import { type Courier, makeCourier, type Server } from '../serving/courier.ts';
import { jsonLinesOf } from '../support/conc.ts';

/**
 * An application as it runs on servers: nginx, gunicorn, a celery worker and its clock with redis, cron, static files and a
 * secret; by units of a user, by units of the machine, and by supervisord without root.
 */
const servers: readonly Server[] = [
  { name: 'bookworm', suite: 'bookworm', keys: [] },
  { name: 'trixie', suite: 'trixie', keys: ['service.scope = system', 'service.user = courier'] },
  { name: 'rootless', suite: 'bookworm', keys: ['service = supervisord', 'etc.root = none', 'nginx.sites ='] },
];
const WITH_NGINX = ['bookworm', 'trixie'];
const NAMES = servers.map(({ name }) => name);
const SECRET = 'a key that signs cookies, for one test only';
const poll = { timeout: 150_000, interval: 500 };
let courier: Courier;

beforeAll(async () => {
  courier = await makeCourier(servers);
});
afterAll(() => courier?.[Symbol.asyncDispose]());

interface Entry {
  readonly what: string;
  readonly version: string;
}

const page = (server: string, path: string, port = 8000) => courier.node(server).fetch(path, port);
const book = async (server: string, name: string): Promise<readonly Entry[]> =>
  JSON.parse((await page(server, `/books/${name}`)).body).entries;
const versionOn = async (server: string): Promise<string> => JSON.parse((await page(server, '/healthz')).body).version;
const site = async (server: string): Promise<string | undefined> => (await page(server, '/', 8080)).headers['x-site'];
const post = (server: string, parcel: string, seconds: number): Promise<unknown> =>
  courier
    .node(server)
    .exec([
      '/usr/bin/python3',
      '-c',
      'import sys, urllib.request as r; r.urlopen("http://127.0.0.1:8000/parcels", sys.argv[1].encode())',
      `parcel=${parcel}&seconds=${seconds}`,
    ]);
const each = (names: readonly string[], work: (name: string) => Promise<void>): Promise<unknown> =>
  Promise.all(names.map(work));

describe('the courier', () => {
  it('is deployed to three servers that conc prepared, its secret before it', async () => {
    for (const name of NAMES) {
      expect((await courier.must('prepare', name, '--check')).stdout).toContain('is as it should be');
      const set = await courier.conc(['env', 'set', name, 'COURIER_KEY', '--stdin'], { input: `${SECRET}\n` });
      if (set.code !== 0) throw new Error(set.stdout + set.stderr);
    }
    await courier.must('deploy', '@all');
    await each(NAMES, async (name) => {
      expect(await versionOn(name)).toBe('1.0.0');
    });
    await each(WITH_NGINX, async (name) => {
      expect(await site(name)).toBe('courier 1');
      const sheet = /href="(\/static\/courier\/courier\.[0-9a-f]+\.css)"/.exec((await page(name, '/', 8080)).body)?.[1];
      expect((await page(name, sheet ?? 'no style sheet', 8080)).body).toContain('#fdf6e3');
    });
  });

  it('runs a worker, a clock and a job of cron', async () => {
    await each(NAMES, async (name) => {
      await post(name, 'first', 0);
      await expect.poll(() => book(name, 'delivered'), poll).toContainEqual(expect.objectContaining({ what: 'first' }));
      await expect.poll(() => book(name, 'ticks'), poll).not.toEqual([]);
      await expect.poll(() => book(name, 'sweeps'), poll).not.toEqual([]);
    });
  });

  it('goes to release 2 and back, and there again, with its etc: no request fails, no parcel is lost', async () => {
    await courier.becomes(2);
    await each(NAMES, (name) => post(name, 'on its way', 5).then(() => undefined));
    await courier.must('deploy', '@all');
    await each(NAMES, async (name) => {
      expect(await versionOn(name)).toBe('2.0.0');
      await post(name, 'second', 0);
      await expect
        .poll(() => book(name, 'delivered'), poll)
        .toEqual(
          expect.arrayContaining([
            expect.objectContaining({ what: 'on its way', version: '1.0.0' }),
            expect.objectContaining({ what: 'second', version: '2.0.0' }),
          ]),
        );
    });
    await each(WITH_NGINX, async (name) => expect(await site(name)).toBe('courier 2'));
    for (const name of NAMES) {
      await courier.must('rollback', name);
      expect(await versionOn(name)).toBe('1.0.0');
    }
    await each(WITH_NGINX, async (name) => expect(await site(name)).toBe('courier 1'));
    for (const name of WITH_NGINX) expect(problemsOf(await serveThrough(courier, name, 1))).toEqual([]);
  });

  it('keeps its file of nginx where a new one is broken: that is found before anything is placed', async () => {
    const before = await courier.node('bookworm').exec(['stat', '-c', '%Y %i', '/etc/nginx/sites-available/courier']);
    await courier.edit('etc/nginx/sites-available/courier', (text) => text.replace('listen', 'lisen'));
    await courier.must('build');
    const run = await courier.conc(['deploy', 'bookworm', '--json']);
    expect(run.code).toBe(1);
    const etc = jsonLinesOf(run).find((line) => line.event === 'done' && line.job === 'etc');
    expect(etc).toMatchObject({
      status: 'FAILED',
      evidence: expect.arrayContaining([expect.stringContaining('lisen')]),
    });
    const after = await courier.node('bookworm').exec(['stat', '-c', '%Y %i', '/etc/nginx/sites-available/courier']);
    expect(after.stdout).toBe(before.stdout);
    await courier.edit('etc/nginx/sites-available/courier', (text) => text.replace('lisen', 'listen'));
  });

  it('leaves alone what somebody else changed', async () => {
    const node = courier.node('trixie');
    await node.exec(['sed', '-i', '1i # by hand', '/etc/nginx/sites-available/courier']);
    await courier.edit('etc/nginx/sites-available/courier', (text) => text.replace('_;', 'courier.example.org;'));
    await courier.must('build');
    const run = await courier.conc(['deploy', 'trixie']);
    expect([run.code, run.stderr]).toEqual([3, expect.stringContaining('was changed by hand since conc wrote it')]);
    expect((await node.exec(['head', '-1', '/etc/nginx/sites-available/courier'])).stdout).toBe('# by hand\n');
  });

  it('serves on after a reboot', async () => {
    await each(WITH_NGINX, async (name) => {
      const version = await versionOn(name);
      await courier.node(name).restart();
      await expect.poll(() => versionOn(name).catch(() => ''), poll).toBe(version);
      await expect.poll(() => site(name).catch(() => ''), poll).toContain('courier');
    });
  });

  it('shows its secret nowhere', async () => {
    for (const name of NAMES) {
      expect((await courier.must('env', 'list', name)).stdout).toContain('COURIER_KEY');
      const found = await courier.node(name).exec(['grep', '-rl', SECRET, '/srv/courier', '/etc', '/var/log'], {
        check: false,
      });
      expect(found.stdout.trim().split('\n')).toEqual([expect.stringMatching(/^\/srv\/courier\/env\/\d+\.json$/)]);
    }
    expect((await stat(join(courier.folder, '.conc'))).isDirectory()).toBe(true);
  });
});
