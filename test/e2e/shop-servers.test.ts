import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** The shop's own sequence on servers: a local op, one with Django's models, a migration on one node only, one with sudo. */
const port = 8765;
const password = 'open sesame';

let shop: Project;
let nodes: readonly TestNode[];

beforeAll(async () => {
  [shop, ...nodes] = await Promise.all([
    makeProject(),
    startNode({ suite: 'bookworm', name: 'web1', sudo: password }),
    startNode({ suite: 'trixie', name: 'web2', sudo: password }),
  ]);
  await shop.configure((ini) =>
    onMachines(
      ini.replace('[DEFAULT]', '[DEFAULT]\ndevops.jobs = shop.devops.jobs:server_jobs'),
      port,
      nodes,
      (_node, at) => ({ name: `web${at + 1}`, keys: at === 0 ? ['once = yes'] : [] }),
    ),
  );
  await shop.must('check', '@all', '--record');
  await shop.must('lock');
  await shop.must('build');
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await shop[Symbol.asyncDispose]();
});

const deploy = (...args: readonly string[]): Promise<Run> =>
  shop.conc(['deploy', '@web', '--json', '--sudo-password-fd', '3', ...args], { third: `${password}\n` });

/** What each node's own jobs came to. */
const ownJobs = (run: Run, node: string): string[] =>
  jsonLinesOf(run)
    .filter((line) => line.event === 'done' && line.node === node)
    .map(({ job, status }) => `${String(job)} ${String(status)}`)
    .filter((line) => !/^(preflight|deliver|install|verify|switch|restart|health|confirm|prune) /.test(line));

const versions = (): Promise<string[]> =>
  Promise.all(nodes.map(async (node) => releaseOn((await node.fetch('/', port)).body).version));

const MIGRATE = "DjangoMigrate(settings='shop.settings')";
const INSTALL = "Command('/usr/bin/install', '-d', '-m', '0755', '/var/log/shop')";

describe('the shop on two servers, with its own sequence', () => {
  it('is planned with where each job runs, and that once ones run on one node', async () => {
    const { stdout } = await shop.must('plan', '@web');
    const [web1 = '', web2 = ''] = stdout.split(/(?=^shop 1\.0\.0 · .* web2 )/m);
    expect(web1).toMatch(/check_catalogue +\[here\] reads: the catalogue/);
    expect(web1).toContain(`${MIGRATE}  [once] brings the schema`);
    expect(web1).toMatch(/\[sudo\] runs \/usr\/bin\/install -d -m 0755 \/var\/log\/shop/);
    expect(web2).not.toContain('[once]');
  });

  it('deploys: the migration and the models on one node, root’s part on both', async () => {
    const run = await deploy();
    if (run.code !== 0) throw new Error(run.stdout + run.stderr);
    expect(ownJobs(run, 'web1')).toEqual([
      'check_catalogue OK',
      `${MIGRATE} OK`,
      'load_catalogue OK',
      `${INSTALL} OK`,
      'test_release OK',
    ]);
    expect(ownJobs(run, 'web2')).toEqual(['check_catalogue OK', `${INSTALL} OK`, 'test_release OK']);
    expect(await versions()).toEqual(['1.0.0', '1.0.0']);
    const told = jsonLinesOf(run).find((line) => line.event === 'log' && line.name === 'shop.devops');
    expect(told).toMatchObject({ node: 'web1', host: 'web1', level: 'INFO', message: '4 items, 4 of them new' });
    for (const node of nodes) {
      const { stdout } = await node.exec(['stat', '-c', '%U %a', '/var/log/shop'], { as: 'root' });
      expect(stdout).toBe('root 755\n');
    }
    expect(run.stdout + run.stderr).not.toContain('sesame');
  });

  it('is tested on both: what a server must be, with sudo; what the release must do', async () => {
    const run = await shop.conc(['test', '@web', '--json', '--sudo-password-fd', '3'], { third: `${password}\n` });
    if (run.code !== 0) throw new Error(run.stdout + run.stderr);
    for (const node of ['web1', 'web2']) {
      const results = jsonLinesOf(run).filter((line) => line.node === node && line.event === 'test');
      expect(results.map(({ status }) => status)).toEqual(results.map(() => 'OK'));
      expect(results.map(({ id }) => String(id)).join(' ')).toMatch(
        /Release\.test_the_shop_is_healthy.*Rights\.test_the_logs_belong_to_root/,
      );
    }
    expect(run.stdout + run.stderr).not.toContain('sesame');
  });

  it('goes to release 2, whose migration release 1 works with, and back', async () => {
    await shop.becomes('2');
    await shop.must('build');
    const run = await deploy();
    if (run.code !== 0) throw new Error(run.stdout + run.stderr);
    const migrated = jsonLinesOf(run).find((line) => line.event === 'done' && line.job === MIGRATE);
    expect(migrated).toMatchObject({ status: 'OK', text: expect.stringContaining('0001_initial') });
    expect(await versions()).toEqual(['2.0.0', '2.0.0']);
    await shop.must('rollback', 'web1');
    await shop.must('rollback', 'web2');
    expect(await versions()).toEqual(['1.0.0', '1.0.0']);
  });

  it('keeps serving when release 3 is broken: its own job finds that before the switch; the migration is named as not undone', async () => {
    await shop.becomes('3');
    await shop.must('build');
    const run = await deploy();
    expect(run.code).toBe(1);
    const end = jsonLinesOf(run).find((line) => line.event === 'node' && line.node === 'web1');
    expect(end).toMatchObject({ outcome: 'failed' });
    const found = jsonLinesOf(run).find((line) => line.event === 'done' && line.job === 'load_catalogue');
    expect(found).toMatchObject({ status: 'ERROR', text: expect.stringContaining('no such column: shop_item.colour') });
    expect(String(end?.state)).toContain('ran once and is not undone');
    expect(await versions()).toEqual(['1.0.0', '1.0.0']);
  });
});
