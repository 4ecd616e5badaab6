import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';

let shop: Project;
/** Two releases of one node, the second of which serves. */
let first: string;
let second: string;
const root = (): string => join(shop.folder, '.conc/nodes/here');

beforeAll(async () => {
  shop = await makeProject();
  // The launcher of web is there, and nothing runs: what is tested are files.
  await shop.configure((ini) => ini.replace('service = supervisord', 'service = none').replace(/^health\.url.*$/m, ''));
  await shop.must('lock');
  await shop.must('build');
  first = await deployed();
  await shop.configure((ini) => ini.replace('[node here]', '[node here]\ncolour = green'));
  second = await deployed();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function deployed(): Promise<string> {
  await shop.must('deploy', 'here');
  return JSON.parse((await shop.must('status', 'here', '--json')).stdout).nodes[0].release.id;
}

async function edit(path: string): Promise<void> {
  await appendFile(join(root(), path), '\n# by hand\n');
}

const settingsOf = async (release: string): Promise<string> => {
  const { own, entries } = JSON.parse(await readFile(join(root(), 'releases', release, 'files.json'), 'utf8'));
  expect(own.length + entries.length).toBeGreaterThan(2);
  const python = JSON.parse(await readFile(join(root(), 'releases', release, 'release.json'), 'utf8')).interpreter.full;
  const [major, minor] = python.split('.');
  return `releases/${release}/venv/lib/python${major}.${minor}/site-packages/shop/settings.py`;
};

describe('what was changed by hand', () => {
  it('nothing yet: conc check --drift says how much it read', async () => {
    const { stdout } = await shop.must('check', 'here', '--drift');
    expect(stdout).toMatch(new RegExp(`here is as it was installed\\. ${second}: \\d{3,} files, those of \\d+ wheels`));
    const all = JSON.parse((await shop.must('check', 'here', '--drift', '--all', '--json')).stdout);
    expect(all).toMatchObject({ problems: [], drift: [{ node: 'here', releases: [first, second], differences: [] }] });
  });

  it('in a release that does not serve: a rollback to it is refused, and names it', async () => {
    const settings = await settingsOf(first);
    await edit(settings);
    await shop.must('check', 'here', '--drift');
    expect((await shop.conc(['check', 'here', '--drift', '--all'])).code).toBe(1);
    const refused = await shop.conc(['rollback', 'here']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/verify +FAILED.*1 of [\d,]+ files differ from what was installed/);
    expect(refused.stderr).toContain(`${settings} has`);
    expect(refused.stderr).toContain('--accept-drift');
    expect(JSON.parse((await shop.must('status', 'here', '--json')).stdout).nodes[0].release.id).toBe(second);
  });

  it('unless told; then the history says that it was', async () => {
    await shop.must('rollback', 'here', '--accept-drift');
    expect(JSON.parse((await shop.must('status', 'here', '--json')).stdout).nodes[0].release.id).toBe(first);
    expect((await shop.must('log', 'here', '--limit', '1')).stdout).toMatch(
      /verify 1 of [\d,]+ files.*which was accepted/,
    );
    await shop.must('rollback', 'here', second);
  });

  it('in what serves: it is not called well, though a deploy would have nothing to do', async () => {
    expect((await shop.must('deploy', 'here')).stderr).toContain('serves');
    const launcher = join(root(), 'bin/web');
    const text = await readFile(launcher, 'utf8');
    await edit('bin/web');
    const run = await shop.conc(['deploy', 'here', '--json']);
    expect(run.code).toBe(1);
    expect(jsonLinesOf(run).at(-1)).toMatchObject({
      nodes: [{ outcome: 'error' }],
      error: { code: 'release.differs', message: expect.stringContaining('bin/web has other content') },
    });
    await shop.must('deploy', 'here', '--accept-drift');
    const { stdout } = await shop.conc(['check', 'here', '--drift', '--json']);
    expect(JSON.parse(stdout).drift[0].differences).toEqual([
      { path: 'bin/web', what: 'content', text: 'has other content' },
    ]);
    await writeFile(launcher, text);
    await shop.must('check', 'here', '--drift');
  });

  it('of which node, must be said', async () => {
    const run = await shop.conc(['check', '--drift']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('conc check NODE --drift')]);
  });
});
