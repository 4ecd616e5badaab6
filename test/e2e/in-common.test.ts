import { globSync } from 'node:fs';
import { appendFile, chmod, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { clientsOf } from './clients.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** What releases have of one another: folders of one that was removed, or one tree of the vendors' wheels. */
let shop: Project;
let root: string;

beforeAll(async () => {
  shop = await makeProject();
  root = join(shop.folder, '.conc/nodes/here');
  await shop.configure((ini) => ini.replace('health.url', 'colour = 0\nkeep = 1\nvenv.vendors = linked\nhealth.url'));
  await shop.must('lock');
  await shop.must('build');
});
afterAll(() => shop[Symbol.asyncDispose]());

/** Another release, by attributes that are part of it, while clients ask; what `install` said. */
async function deployAs(colour: number, vendors = 'linked'): Promise<string> {
  await shop.configure((ini) =>
    ini.replace(/colour = \d+/, `colour = ${colour}`).replace(/vendors = \w+/, `vendors = ${vendors}`),
  );
  const clients = colour === 1 ? null : clientsOf(`http://127.0.0.1:${shop.port}/healthz`, 4);
  const lines = jsonLinesOf(await shop.must('deploy', 'here', '--json'));
  expect((await clients?.stop())?.failed ?? []).toEqual([]);
  return String(lines.find(({ event, job }) => event === 'done' && job === 'install')?.text);
}

/** The release that serves, by what it answers itself. */
const serving = async (): Promise<string> => releaseOn(await (await fetch(`http://127.0.0.1:${shop.port}/`)).text()).id;
const libraryOf = (release: string): string =>
  globSync(join(root, 'releases', release, 'venv/lib/python*/site-packages'))[0] ?? '';
const asInstalled = async (): Promise<void> => {
  const { stdout } = await shop.must('check', 'here', '--drift', '--all', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ problems: [], drift: [{ differences: [] }] });
};

describe('folders of a removed release', () => {
  it('are taken over by the next one, which is what it would be', async () => {
    expect(await deployAs(1)).not.toContain('taken over');
    const { ino } = await stat(join(libraryOf(await serving()), 'django'));
    for (const colour of [2, 3]) expect(await deployAs(colour)).not.toContain('taken over');
    expect(await readdir(join(root, 'releases'))).toHaveLength(2);
    expect(await deployAs(4)).toMatch(/^[\d,]+ files linked \(\d,\d{3} taken over\), /);
    expect((await stat(join(libraryOf(await serving()), 'django'))).ino).toBe(ino);
    await asInstalled();
  });

  it('are not, where somebody wrote into them', async () => {
    const [django = ''] = globSync(join(root, 'spare/*/django'));
    await writeFile(join(django, 'conf/by-hand.py'), '');
    const { ino } = await stat(django);
    expect(await deployAs(5)).toContain('taken over');
    expect((await stat(join(libraryOf(await serving()), 'django'))).ino).not.toBe(ino);
    await asInstalled();
  });
});

describe('one tree of the vendors’ wheels', () => {
  it('is made by the first release that shares it, and added by the next', async () => {
    expect(await deployAs(6, 'shared')).toMatch(/the rest in vendors\/[0-9a-f]{16}$/);
    expect(await readdir(libraryOf(await serving()))).not.toContain('django');
    const said = await deployAs(7, 'shared');
    expect(said).toMatch(/^\d{1,2} files linked, .*the rest in vendors\/[0-9a-f]{16}$/);
    expect(await readdir(join(root, 'vendors'))).toHaveLength(1);
    await asInstalled();
  });

  it('serves what is rolled back to as well', async () => {
    const before = await serving();
    await shop.must('rollback', 'here');
    expect(await serving()).not.toBe(before);
    await asInstalled();
  });

  it('that somebody changed gets no other release; deployed again, one has a tree that is made anew', async () => {
    const [file = ''] = globSync(join(root, 'vendors/*/venv/lib/python*/site-packages/django/shortcuts.py'));
    await chmod(file, 0o644);
    await appendFile(file, '# by hand\n');
    const before = await serving();
    const refused = await shop.conc(['rollback', 'here', 'r7']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/verify +FAILED/);
    expect(refused.stderr).toContain('django/shortcuts.py');
    expect(await serving()).toBe(before);
    await expect(deployAs(8, 'shared')).rejects.toThrow(/django\/shortcuts\.py has .*deploy it again/);
    expect(await serving()).toBe(before);
    expect(await deployAs(8, 'shared')).toMatch(/the rest in vendors\/[0-9a-f]{16}/);
    expect(await readdir(join(root, 'vendors'))).toHaveLength(2);
  });

  it('goes with the last release that has it', async () => {
    for (const colour of [9, 10, 11]) await deployAs(colour);
    expect(await readdir(join(root, 'vendors'))).toEqual([]);
    await asInstalled();
  });
});
