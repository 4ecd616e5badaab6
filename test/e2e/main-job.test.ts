import { readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { clientsOf } from './clients.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

let shop: Project;
let root: string;
const page = async (): Promise<{ version: string; id: string }> =>
  releaseOn(await (await fetch(`http://127.0.0.1:${shop.port}/`)).text());

beforeAll(async () => {
  shop = await makeProject();
  root = join(shop.folder, '.conc/nodes/here');
  await shop.must('lock');
  await shop.must('build');
});
afterAll(() => shop[Symbol.asyncDispose]());

/** The steps build on one another, as a person's day does. */
describe('the main job on an embedded node', () => {
  it('plans without changing anything', async () => {
    const { stdout } = await shop.must('plan', 'here', '--json');
    const plan = JSON.parse(stdout);
    expect(plan.jobs.map(({ name }: { name: string }) => name).join(' ')).toBe(
      'preflight deliver install verify switch restart health confirm prune',
    );
    expect(plan.jobs[1].changes[0]).toMatchObject({ kind: 'sends' });
    await expect(stat(root)).rejects.toThrow('ENOENT');
  });

  it('deploys release 1, which serves', async () => {
    const lines = jsonLinesOf(await shop.must('deploy', 'here', '--json'));
    expect(lines.at(-1)).toMatchObject({ event: 'summary', exit: 0, nodes: [{ node: 'here', outcome: 'proven' }] });
    expect(
      lines.filter(({ event }) => event === 'done').map(({ job, status }) => `${String(job)} ${String(status)}`),
    ).toEqual([
      'preflight OK',
      'deliver OK',
      'install OK',
      'verify OK',
      'switch OK',
      'restart OK',
      'health OK',
      'confirm OK',
      'prune STOPPED',
    ]);
    const { version, id } = await page();
    expect(version).toBe('1.0.0');
    expect(await readlink(join(root, 'current'))).toBe(`releases/${id}`);
    expect(await readdir(root)).not.toContain('change');
  });

  it('has what a virtual environment has: programs, metadata, bytecode, files that are linked from the store', async () => {
    const venv = join(root, 'current/venv');
    expect(await readdir(join(venv, 'bin'))).toEqual(expect.arrayContaining(['python', 'gunicorn', 'django-admin']));
    const [lib] = await readdir(join(venv, 'lib'));
    const django = join(venv, 'lib', lib ?? '', 'site-packages/django');
    expect((await stat(join(django, '__init__.py'))).nlink).toBeGreaterThan(1);
    expect((await readdir(join(django, '__pycache__'))).length).toBeGreaterThan(0);
  });

  it('deploys what serves already: STOPPED, nothing changed', async () => {
    const before = await readFile(join(root, 'history.jsonl'), 'utf8');
    const lines = jsonLinesOf(await shop.must('deploy', 'here', '--json'));
    expect(lines.at(-1)).toMatchObject({ exit: 0, nodes: [{ outcome: 'stopped' }] });
    expect(await readFile(join(root, 'history.jsonl'), 'utf8')).toBe(before);
  });

  it('refuses to deploy what was not built from what is here', async () => {
    await shop.becomes('2');
    const { code, stderr } = await shop.conc(['deploy', 'here']);
    expect(code).toBe(2);
    expect(stderr).toContain('conc build');
  });

  it('deploys release 2 without a failed request, and sends only what changed', async () => {
    await shop.must('build');
    const clients = clientsOf(`http://127.0.0.1:${shop.port}/healthz`, 4);
    const lines = jsonLinesOf(await shop.must('deploy', 'here', '--json'));
    const { answered, failed } = await clients.stop();
    expect(failed).toEqual([]);
    expect(answered).toBeGreaterThan(50);
    expect(lines.find(({ job, event }) => job === 'deliver' && event === 'done')).toMatchObject({
      text: expect.stringMatching(/^1 of 9 wheels is new/),
    });
    expect((await page()).version).toBe('2.0.0');
  });

  it('undoes release 3, which is not healthy; release 2 serves throughout, and the output says just that', async () => {
    await shop.becomes('3');
    await shop.must('build');
    const run = await shop.conc(['deploy', 'here']);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/ 7 health +FAILED +[\d.]+ s {2}GET \/healthz 500, 5 tries/);
    expect(run.stderr).toContain('| django.db.utils.OperationalError: no such column: shop_item.colour');
    expect(run.stderr).toMatch(/ \. undo +OK .*current: r3-\w+ → r2-\w+, restarted, healthy/);
    expect(run.stderr).toMatch(/here serves r2-\w+ \(2\.0\.0\), as before\. r3-\w+ is kept as failed/);
    expect((await page()).version).toBe('2.0.0');
  });

  it('rolls back to release 1 without a failed request', async () => {
    const clients = clientsOf(`http://127.0.0.1:${shop.port}/healthz`, 4);
    await shop.must('rollback', 'here');
    const { failed } = await clients.stop();
    expect(failed).toEqual([]);
    expect((await page()).version).toBe('1.0.0');
  });

  it('refuses to roll back to a failed release, or past the oldest', async () => {
    const failed = await shop.conc(['rollback', 'here', 'r3']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('proven releases only');
    const past = await shop.conc(['rollback', 'here']);
    expect(past.code).toBe(1);
    expect(past.stderr).toContain('no proven release older');
  });

  it('knows what serves, what is there, and what happened', async () => {
    const status = JSON.parse((await shop.must('status', 'here', '--json')).stdout);
    expect(status.nodes[0]).toMatchObject({
      node: 'here',
      reachable: true,
      release: { version: '1.0.0', proven: true, by: expect.stringContaining('@') },
      change: null,
    });
    expect(status.nodes[0].processes).toHaveLength(2);
    const { releases } = JSON.parse((await shop.must('releases', 'here', '--json')).stdout);
    expect(releases.map(({ version, state }: { version: string; state: string }) => `${version} ${state}`)).toEqual([
      '3.0.0 failed',
      '2.0.0 proven',
      '1.0.0 current',
    ]);
    const { entries } = JSON.parse((await shop.must('log', 'here', '--json')).stdout);
    expect(entries.map(({ kind, outcome }: { kind: string; outcome: string }) => `${kind} ${outcome}`)).toEqual([
      'deploy proven',
      'deploy proven',
      'deploy undone',
      'rollback proven',
    ]);
  });

  it('tells the history as far as it can be read, and how much of it can not', async () => {
    const path = join(root, 'history.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('undone', 'proven'));
    const { stdout } = await shop.must('log', 'here');
    expect(stdout).not.toContain('undone');
    expect(stdout).toContain(`left out: a line of ${path} on here, damaged since`);
  });
});
