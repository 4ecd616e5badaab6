import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Suite } from '../nodes/root-file-system.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { underClients } from './clients-on-node.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** Units of a user's own manager, on booted machines, without root rights. */
const suites: readonly Suite[] = ['bookworm', 'trixie'];
const port = 8765;

let shop: Project;
let nodes: readonly TestNode[];

beforeAll(async () => {
  [shop, ...nodes] = await Promise.all([makeProject(), ...suites.map((suite) => startNode({ suite, name: suite }))]);
  await shop.configure((ini) =>
    onMachines(ini, port, nodes).replace('service = supervisord', 'service = systemd\nprocess.web.ready = notify'),
  );
  await shop.must('check', '@all', '--record');
  await shop.must('lock');
  await shop.must('build');
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await shop[Symbol.asyncDispose]();
});

const each = async (work: (node: TestNode) => Promise<void>): Promise<void> => {
  for (const node of nodes) await work(node);
};
const versionOn = async (node: TestNode): Promise<string> => releaseOn((await node.fetch('/', port)).body).version;

describe('service = systemd', () => {
  it('says what a user without linger needs, before anything is done', async () => {
    const deploy = await shop.conc(['deploy', 'bookworm']);
    expect(deploy.code).toBe(3);
    expect(deploy.stderr).toContain('run once, as root: loginctl enable-linger deploy');
    await each(async (node) => {
      // From a unit of its own: logind of trixie wants to know the caller's.
      await node.exec(['systemd-run', '--wait', '--quiet', 'loginctl', 'enable-linger', node.user]);
    });
  });

  it('is planned in words, and as a person would type it', async () => {
    expect((await shop.must('plan', 'bookworm', '--by-hand')).stdout).toContain(
      'systemctl --user restart conc-home-deploy-shop-web@1.service',
    );
  });

  it('deploys to both: units, sockets, hardened processes', async () => {
    await shop.must('deploy', '@all');
    await each(async (node) => {
      expect(await versionOn(node)).toBe('1.0.0');
      const { stdout } = await node.exec(['systemctl', '--user', '--no-legend', '--plain', 'list-units', 'conc-*'], {
        as: 'user',
      });
      expect(stdout).toMatch(
        /shop-web@1\.service +loaded active running[\s\S]*shop-web@2\.service +loaded active running[\s\S]*shop-web\.socket +loaded active/,
      );
      const security = await node.exec(
        ['sh', '-c', 'grep -h NoNewPrivs /proc/$(systemctl --user show -P MainPID conc-home-deploy-shop-web@1)/status'],
        { as: 'user' },
      );
      expect(security.stdout).toMatch(/NoNewPrivs:\s1/);
    });
    const status = JSON.parse((await shop.must('status', 'bookworm', '--json')).stdout).nodes[0];
    expect(status.processes).toMatchObject([
      { name: 'web@1', state: 'RUNNING', release: status.release.id },
      { name: 'web@2', state: 'RUNNING', release: status.release.id },
    ]);
  });

  it('shows what the processes wrote, of both nodes', async () => {
    const { stdout } = await shop.must('logs', '@web', 'web', '-n', '3');
    expect(stdout).toMatch(/^bookworm web_1 +\| \[.*\[INFO\]/m);
    expect(stdout).toMatch(/^trixie +web_2 +\| \[.*\[INFO\]/m);
    expect((await shop.conc(['logs', 'bookworm', 'wep'])).stderr).toContain('no log is of a process named wep');
  });

  it('changes releases, back and forth, without a failed request', async () => {
    await shop.becomes('2');
    await shop.must('build');
    for (const node of nodes) {
      const seen = await underClients(node, port, async () => {
        await shop.must('deploy', node.suite);
        await shop.must('rollback', node.suite);
        await shop.must('deploy', node.suite);
      });
      expect(seen.failed).toEqual([]);
      expect(seen.answered).toBeGreaterThan(100);
      expect(await versionOn(node)).toBe('2.0.0');
    }
  });

  it('undoes a release that is not well', async () => {
    await shop.becomes('3');
    await shop.must('build');
    const broken = await shop.conc(['deploy', 'bookworm', '--json']);
    expect(jsonLinesOf(broken).at(-1)).toMatchObject({ nodes: [{ node: 'bookworm', outcome: 'undone' }] });
    const [bookworm] = nodes;
    if (bookworm === undefined) throw new Error('no node');
    expect(await versionOn(bookworm)).toBe('2.0.0');
    await shop.becomes('2');
    await shop.must('build');
  });

  it('serves again after a reboot, and with fewer processes ends the rest', async () => {
    const [bookworm] = nodes;
    if (bookworm === undefined) throw new Error('no node');
    await bookworm.restart();
    let answered = '';
    for (let tries = 0; answered === '' && tries < 240; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      answered = await versionOn(bookworm).catch(() => '');
    }
    expect(answered).toBe('2.0.0');
    await shop.configure((ini) => ini.replace('process.web.count = 2', 'process.web.count = 1'));
    await shop.must('deploy', 'bookworm');
    const status = JSON.parse((await shop.must('status', 'bookworm', '--json')).stdout).nodes[0];
    expect(status.processes.map(({ name }: { name: string }) => name)).toEqual(['web@1']);
  });
});
