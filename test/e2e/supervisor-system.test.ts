import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { underClients } from './clients-on-node.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';
import { stopOn } from './stop-on.ts';
import { setSudoers } from './sudoers.ts';

/** Debian's supervisor, which root starts; one rule without a password, and processes of an account of their own. */
const port = 8765;
const poll = { timeout: 60_000, interval: 500 };
const CONF = '/etc/supervisor/conf.d/conc-srv-shop.conf';
let shop: Project;
let node: TestNode;

beforeAll(async () => {
  [shop, node] = await Promise.all([
    makeProject(),
    startNode({ suite: 'bookworm', name: 'bookworm', packages: ['apache2', 'supervisor'] }),
  ]);
  await node.exec(['install', '-d', '-o', node.user, '/srv/shop']);
  await node.exec(['useradd', '--system', 'teashop']);
  await node.exec(['systemctl', 'stop', 'supervisor']);
  await shop.configure((ini) =>
    onMachines(ini, port, [node])
      .replace('root = ~/shop', 'root = /srv/shop')
      .replace(
        'service = supervisord',
        'service = supervisord\nservice.scope = system\nservice.user = teashop\nhealth.tries = 1',
      ),
  );
  await shop.must('check', 'bookworm', '--record');
  await shop.must('lock');
  await shop.must('build');
});
afterAll(async () => {
  await node?.stop();
  await shop?.[Symbol.asyncDispose]();
});

const on = async (...argv: string[]): Promise<string> => (await node.exec(argv)).stdout.trim();
const versionOn = async (): Promise<string> => releaseOn((await node.fetch('/', port)).body).version;
const status = async () => JSON.parse((await shop.must('status', 'bookworm', '--json')).stdout).nodes[0];
const becomes = async (release: '2' | '3'): Promise<void> => {
  await shop.becomes(release);
  await shop.must('build');
};

describe("the system's supervisor", () => {
  it('says what is missing before anything is done', async () => {
    const { stdout: rules } = await shop.must('check', '--sudoers', 'bookworm');
    await setSudoers(node, rules.replace('(root) ', '(root) NOPASSWD: '));
    const deploy = await shop.conc(['deploy', 'bookworm']);
    expect([deploy.code, deploy.stderr]).toEqual([
      3,
      expect.stringContaining('no supervisor of this machine runs: apt-get install supervisor'),
    ]);
    await node.exec(['systemctl', 'start', 'supervisor']);
  });

  it('runs processes as their account, from a file that is root’s', async () => {
    await shop.must('deploy', 'bookworm');
    expect(await versionOn()).toBe('1.0.0');
    expect(await on('stat', '-c', '%a %U', CONF)).toBe('644 root');
    const { processes, release } = await status();
    expect(processes).toMatchObject([
      { name: 'web:web_0', state: 'RUNNING', release: release.id },
      { name: 'web:web_1', state: 'RUNNING', release: release.id },
    ]);
    for (const { pid } of processes) {
      expect(await on('stat', '-c', '%U', `/proc/${pid}`)).toBe('teashop');
      expect(await on('cat', `/proc/${pid}/status`)).toMatch(/NoNewPrivs:\t1/);
      expect(await on('cat', `/proc/${pid}/environ`)).toContain('USER=teashop');
    }
    expect(await on('supervisorctl', 'status')).toMatch(/^conc-srv-shop-web:web_0 +RUNNING.*\nconc-srv-shop-web:web_1/);
    expect(await on('stat', '-c', '%U', '/srv/shop/shared/log/web_0.log')).toBe('teashop');
    expect((await shop.must('logs', 'bookworm', 'web', '-n', '3')).stdout).toMatch(/\[INFO\]/);
    expect((await shop.must('plan', 'bookworm', '--by-hand')).stdout).toContain(
      'sudo supervisorctl restart conc-srv-shop-web:web_1',
    );
  });

  it('changes releases, back and forth, without a failed request', async () => {
    await becomes('2');
    const seen = await underClients(node, port, async () => {
      await shop.must('deploy', 'bookworm');
      await shop.must('rollback', 'bookworm');
      await shop.must('deploy', 'bookworm');
    });
    expect(seen.failed).toEqual([]);
    expect(seen.answered).toBeGreaterThan(100);
    expect(await versionOn()).toBe('2.0.0');
  });

  it('undoes a release that is not well', async () => {
    await becomes('3');
    const broken = await shop.conc(['deploy', 'bookworm', '--json']);
    expect(jsonLinesOf(broken).at(-1)).toMatchObject({ nodes: [{ outcome: 'undone' }] });
    expect(await versionOn()).toBe('2.0.0');
    await becomes('2');
  });

  it('says beforehand that another number at a socket drops connections; a single one is held by a second', async () => {
    await shop.configure((ini) => ini.replace('process.web.count = 2', 'process.web.count = 1'));
    const { stdout } = await shop.must('plan', 'bookworm');
    expect(stdout).toContain('connections drop: web has 2 processes at its socket now, and then 1');
    await shop.must('deploy', 'bookworm');
    expect((await status()).processes).toMatchObject([{ name: 'web:web_0', state: 'RUNNING' }]);
    await shop.configure((ini) =>
      `${ini}\n[group other]\nleaves = green\n`.replace('groups = web\n', 'groups = web, other\n'),
    );
    const seen = await underClients(node, port, async () => void (await shop.must('deploy', 'bookworm')));
    expect(seen.failed).toEqual([]);
  });

  it('touches no other program of that supervisor', async () => {
    const order = { kind: 'supervisord', root: '/srv/shop', act: 'end', process: 'other', index: 0 };
    const input = `conc-place 1\n${JSON.stringify({ do: 'units', order })}`;
    const argv = ['sudo', '-n', '/usr/local/lib/conc/place', 'units'];
    expect((await node.exec(argv, { as: 'user', input })).stdout).toContain('is no process of /srv/shop');
  });

  it('serves again after a reboot', async () => {
    await node.restart();
    await expect.poll(() => versionOn().catch(() => ''), poll).toBe('2.0.0');
  });

  it('leaves nothing behind where it is ended', async () => {
    expect(await stopOn(shop, node)).toBe("1 programs of the system's supervisor are stopped and removed");
    expect(await on('sh', '-c', 'ls /etc/supervisor/conf.d')).toBe('');
    expect((await node.exec(['pgrep', '-f', '/srv/shop'], { check: false })).stdout).toBe('');
  });
});
