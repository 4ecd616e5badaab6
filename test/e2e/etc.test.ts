import { appendFile, chmod, lstat, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';

/** On one embedded node, whose etc root is a folder of its own. */
let urn: Project;
const here = (path: string): string => join(urn.folder, '.conc/nodes/here/etc', path);
const source = (path: string): string => join(urn.folder, path);
const site = 'nginx/sites-available/urn';

beforeAll(async () => {
  urn = await makeProject('test/e2e/urn');
  await urn.must('lock');
  await urn.must('build');
});
afterAll(() => urn[Symbol.asyncDispose]());

const serving = async (): Promise<string> =>
  JSON.parse((await urn.must('status', 'here', '--json')).stdout).nodes[0].release.id;
/** What the job etc came to. */
const etcOf = (run: Run): unknown => jsonLinesOf(run).find((line) => line['event'] === 'done' && line['job'] === 'etc');
const edit = async (path: string, from: string, to: string): Promise<void> =>
  writeFile(source(path), (await readFile(source(path), 'utf8')).replace(from, to));
const modeOf = async (path: string): Promise<number> => (await stat(here(path))).mode & 0o777;

describe('an etc tree', () => {
  let first: string;

  it('is planned file by file, with what is in each', async () => {
    const { stdout } = await urn.must('plan', 'here', '--diff');
    expect(stdout).toMatch(/ 6 etc +adds .*\/etc\/cron\.d\/urn: 0600/);
    expect(stdout).toMatch(/\+\*\/5 \* \* \* \* daemon true tick on here/);
    expect(stdout).toMatch(/sites-enabled\/urn: a link to \.\.\/sites-available\/urn/);
    const { jobs } = JSON.parse((await urn.must('plan', 'here', '--json')).stdout);
    const { changes } = jobs.find((job: { name: string }) => job.name === 'etc');
    expect(changes.map(({ action, path }: { action: string; path: string }) => [action, path])).toEqual(
      [`cron.d/urn`, site, 'nginx/sites-enabled/urn', 'urn/local.conf', 'urn/urn.conf'].map((path) => [
        'add',
        here(path),
      ]),
    );
  });

  it('comes with its release: keys filled in, layers laid over each other, modes by the table', async () => {
    const run = await urn.must('deploy', 'here', '--json');
    expect(etcOf(run)).toMatchObject({ status: 'OK', text: expect.stringMatching(/etc: 5 placed$/) });
    first = await serving();
    const text = await readFile(here(site), 'utf8');
    expect(text).toContain('listen 8080;\n    server_name urn.example.org;');
    expect(text).toContain('$host, and @named; a literal @{brace}');
    expect(text).toContain(`http://unix:${join(urn.folder, '.conc/nodes/here')}/shared/web.sock`);
    expect(await readlink(here('nginx/sites-enabled/urn'))).toBe('../sites-available/urn');
    expect(await readFile(here('urn/local.conf'), 'utf8')).toBe('greeting = hello from here\n');
    expect([await modeOf(site), await modeOf('cron.d/urn'), await modeOf('urn/urn.conf')]).toEqual([
      0o644, 0o600, 0o640,
    ]);
  });

  it('changes nothing where nothing changed', async () => {
    const run = await urn.must('deploy', 'here');
    expect(run.stderr).toContain('already: nothing was changed');
  });

  it('makes another release of a changed key or file: what left the tree is removed, and a rollback brings it back', async () => {
    await urn.configure((ini) => ini.replace('port = 8080', 'port = 8081'));
    await rm(source('etc/cron.d/urn'));
    await urn.must('build');
    const plan = await urn.must('plan', 'here', '--diff');
    expect(plan.stdout).toMatch(/-\s+listen 8080;\n\s+\+\s+listen 8081;/);
    expect(plan.stdout).toMatch(/removes .*cron\.d\/urn/);
    await urn.must('deploy', 'here');
    expect(await readFile(here(site), 'utf8')).toContain('listen 8081;');
    await expect(lstat(here('cron.d'))).rejects.toThrow('ENOENT');

    await urn.must('rollback', 'here', first);
    expect(await readFile(here(site), 'utf8')).toContain('listen 8080;');
    expect(await readFile(here('cron.d/urn'), 'utf8')).toBe('*/5 * * * * daemon true tick on here\n');
    await urn.must('deploy', 'here');
  });

  it('is part of the bundle, whose commands tell of it', async () => {
    const folder = join(urn.folder, '.conc/bundles');
    const [one = '', other = ''] = (await readdir(folder)).map((name) => join(folder, name));
    expect((await urn.must('bundle', 'show', one)).stdout).toContain(
      'etc/nginx/sites-enabled/urn  a link to ../sites-available/urn',
    );
    await urn.must('bundle', 'verify', one);
    const { code, stdout } = await urn.conc(['bundle', 'diff', one, other]);
    expect([code, stdout]).toEqual([1, expect.stringMatching(/^ {2}[+-] etc\/cron\.d\/urn$/m)]);
    // A changed file makes no other wheel.
    expect(stdout).not.toContain('~ urn');
  });

  it('is put back when the release is not healthy', async () => {
    const before = await serving();
    await edit('etc.web/urn/urn.conf', '4', '8');
    await urn.must('build');
    const fourOnly = `health.command = grep -q 4 ${here('urn/urn.conf')}\n`;
    await urn.configure((ini) => ini + fourOnly);
    const run = await urn.conc(['deploy', 'here']);
    expect([run.code, run.stderr]).toEqual([1, expect.stringMatching(/undo +OK.*healthy, 1 files in .*etc as before/)]);
    await urn.configure((ini) => ini.replace(fourOnly, ''));
    expect(await readFile(here('urn/urn.conf'), 'utf8')).toBe('workers = 4\n');
    expect(await serving()).toBe(before);
  });
});

describe('a file that someone else changed', () => {
  it('is shown three ways, and not overwritten unasked', async () => {
    await appendFile(here('urn/urn.conf'), 'by_hand = yes\n');
    await chmod(here('urn/local.conf'), 0o600);
    const drifted = await urn.conc(['check', 'here', '--drift']);
    expect([drifted.code, drifted.stdout]).toEqual([
      1,
      expect.stringMatching(/urn\.conf has other content than conc wrote/),
    ]);
    const plan = await urn.must('plan', 'here', '--diff');
    expect(plan.stdout).toMatch(/BLOCKED: .*urn\.conf was changed by hand since conc wrote it/);
    expect(plan.stdout).toMatch(
      /since conc wrote it:[\s\S]*\+by_hand = yes[\s\S]*to what is wanted:[\s\S]*-by_hand = yes\n\s+\+workers = 8/,
    );
    const run = await urn.conc(['deploy', 'here', '--json']);
    expect(run.code).toBe(3);
    expect(jsonLinesOf(run).at(-1)).toMatchObject({
      exit: 3,
      error: { code: 'etc.blocked', state: 'nothing was changed' },
    });
    const told = await urn.conc(['deploy', 'here']);
    expect(told.stderr).toMatch(
      /local\.conf has another mode or owner than conc gave it: 0600 \S+ \S+ instead of 0640/,
    );
    expect(told.stderr).toMatch(/--overwrite .*--accept-foreign/);
    expect(await readFile(here('urn/urn.conf'), 'utf8')).toBe('workers = 4\nby_hand = yes\n');
  });

  it('is left, or replaced, where a person says so', async () => {
    const wrong = await urn.conc(['deploy', 'here', '--overwrite', 'urn/other.conf']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('not in the etc tree of this node')]);
    const asked = ['--accept-foreign', here('urn/urn.conf'), '--overwrite', 'urn/local.conf'];
    const run = await urn.must('deploy', 'here', ...asked);
    expect(run.stderr).toMatch(/etc +OK.*1 placed, 1 left as they are/);
    expect([await readFile(here('urn/urn.conf'), 'utf8'), await modeOf('urn/local.conf')]).toEqual([
      'workers = 4\nby_hand = yes\n',
      0o640,
    ]);
    await rm(here(site));
    const gone = await urn.conc(['deploy', 'here', '--accept-foreign', 'urn/urn.conf']);
    expect([gone.code, gone.stderr]).toEqual([3, expect.stringContaining('was removed by hand')]);
    await urn.must('deploy', 'here', '--overwrite', 'urn/urn.conf', site);
    expect(await readFile(here('urn/urn.conf'), 'utf8')).toBe('workers = 8\n');
  });
});

describe('a build', () => {
  it('names every key that a node lacks, with file and line, and faults of the tree', async () => {
    await appendFile(source('etc/nginx/sites-available/urn'), '# @{prot}\n# @{venv}/bin\n');
    const run = await urn.conc(['build']);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('etc/nginx/sites-available/urn:7  here has no key prot. Did you mean port?');
    expect(run.stderr).toMatch(/urn:8 {2}@\{venv\} is another with every release/);
    const checked = await urn.conc(['check']);
    expect([checked.code, checked.stdout]).toEqual([2, expect.stringContaining('urn:7  here has no key prot.')]);
    await appendFile(source('etc/.ownership'), '9999 root root x\n');
    const table = await urn.conc(['build']);
    expect([table.code, table.stderr]).toEqual([2, expect.stringContaining('etc/.ownership:4  9999 is no mode')]);
  });
});
