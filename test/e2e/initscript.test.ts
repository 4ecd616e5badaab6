import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';
import { stopOn } from './stop-on.ts';
import { answerAtOnce, setSudoers } from './sudoers.ts';

/** A machine that sysvinit started, and an application that opens its port itself. */
const port = 8765;
const password = 'a pass "word"';
const poll = { timeout: 60_000, interval: 500 };
const SCRIPT = '/etc/init.d/conc-srv-shop-web';
let shop: Project;
let node: TestNode;

beforeAll(async () => {
  [shop, node] = await Promise.all([
    makeProject(),
    startNode({ suite: 'bookworm', name: 'bookworm', sudo: password, init: 'sysvinit' }),
  ]);
  await answerAtOnce(node);
  await node.exec(['install', '-d', '-o', node.user, '/srv/shop']);
  await node.exec(['useradd', '--system', 'teashop']);
  await shop.configure((ini) =>
    onMachines(ini, port, [node])
      .replace('root = ~/shop', 'root = /srv/shop')
      .replace('service = supervisord', 'service = initscript\nservice.user = teashop\nhealth.tries = 1'),
  );
});
afterAll(async () => {
  await node?.stop();
  await shop?.[Symbol.asyncDispose]();
});

const asked = (...args: string[]): Promise<Run> =>
  shop.conc([...args, '--sudo-password-fd', '3'], { third: `${password}\n` });
const well = async (run: Promise<Run>): Promise<void> => {
  const result = await run;
  if (result.code !== 0) throw new Error(`${result.code}\n${result.stdout}${result.stderr}`);
};
const on = async (...argv: string[]): Promise<string> => (await node.exec(argv)).stdout.trim();
const version = async (): Promise<string> => releaseOn((await node.fetch('/', port)).body).version;
const status = async () => JSON.parse((await shop.must('status', 'bookworm', '--json')).stdout).nodes[0];

describe('service = initscript', () => {
  it('refuses a socket that nobody would hold', async () => {
    const check = await shop.conc(['check']);
    expect([check.code, check.stdout + check.stderr]).toEqual([
      2,
      expect.stringContaining('process.web.listen: an init script holds no socket'),
    ]);
    await shop.configure((ini) =>
      ini
        .replace(/process\.web\.listen.*\n/, '')
        .replace('process.web.count = 2', 'process.web.count = 1')
        .replace('shop.server shop.wsgi', `shop.server --bind 127.0.0.1:${port} shop.wsgi`)
        .replace('health.url = /healthz', `health.url = http://127.0.0.1:${port}/healthz`),
    );
    await shop.must('check', '@all', '--record');
    await shop.must('lock');
    await shop.must('build');
  });

  it('is deployed, and runs as its account from a script that is root’s and enabled', async () => {
    expect((await shop.must('plan', 'bookworm', '--by-hand')).stdout).toContain(`sudo ${SCRIPT} restart 1`);
    await well(asked('deploy', 'bookworm'));
    expect(await version()).toBe('1.0.0');
    expect(await on('stat', '-c', '%a %U', SCRIPT)).toBe('755 root');
    expect(await on('sh', '-c', 'ls /etc/rc2.d | grep -c S..conc-srv-shop-web')).toBe('1');
    expect(await on(SCRIPT, 'status')).toBe('web@1 runs');
    const pid = await on('cat', '/run/conc/srv/shop/web_1.pid');
    expect(await on('stat', '-c', '%U', `/proc/${pid}`)).toBe('teashop');
    const { processes, release } = await status();
    expect(processes).toMatchObject([{ name: 'web@1', state: 'RUNNING', pid: Number(pid), release: release.id }]);
    expect((await shop.must('logs', 'bookworm', 'web', '-n', '3')).stdout).toContain('[INFO]');
  });

  it('changes releases, undoes one that is not well, goes back', async () => {
    await shop.becomes('2');
    await shop.must('build');
    await well(asked('deploy', 'bookworm'));
    expect(await version()).toBe('2.0.0');
    await shop.becomes('3');
    await shop.must('build');
    expect(jsonLinesOf(await asked('deploy', 'bookworm', '--json')).at(-1)).toMatchObject({
      nodes: [{ outcome: 'undone' }],
    });
    expect(await version()).toBe('2.0.0');
    await well(asked('rollback', 'bookworm'));
    expect(await version()).toBe('1.0.0');
  });

  it('is restarted and stopped by its script, and serves again after a reboot', async () => {
    const before = await on('cat', '/run/conc/srv/shop/web_1.pid');
    await on(SCRIPT, 'restart');
    await expect.poll(version, poll).toBe('1.0.0');
    expect(await on('cat', '/run/conc/srv/shop/web_1.pid')).not.toBe(before);
    await on(SCRIPT, 'stop');
    expect((await node.exec([SCRIPT, 'status'], { check: false })).exit).toBe(3);
    expect((await status()).processes).toMatchObject([{ name: 'web@1', state: 'STOPPED', pid: null }]);
    await node.restart();
    await expect.poll(() => version().catch(() => ''), poll).toBe('1.0.0');
  });

  it('leaves nothing behind where it is ended', async () => {
    await setSudoers(node, 'deploy ALL=(root) NOPASSWD: /usr/local/lib/conc/place units');
    expect(await stopOn(shop, node)).toBe('1 init scripts are stopped and removed');
    expect((await node.exec(['sh', '-c', 'ls /etc/init.d/conc-* /etc/rc?.d/*conc-*'], { check: false })).stdout).toBe(
      '',
    );
    expect((await node.exec(['pgrep', '-f', '/srv/shop/releases'], { check: false })).stdout).toBe('');
  });
});
