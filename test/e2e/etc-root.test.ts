import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';
import { answerAtOnce, nodeSection, setSudoers } from './sudoers.ts';

/** Of what a guard does by itself. */
const poll = { timeout: 120_000, interval: 500 };
const password = 'a pass "word"';
let node: TestNode;
let urn: Project;

beforeAll(async () => {
  [node, urn] = await Promise.all([
    startNode({ suite: 'bookworm', name: 'bookworm', sudo: password }),
    makeProject('test/e2e/urn'),
  ]);
  await answerAtOnce(node);
  await urn.configure((ini) => `${ini}\n${nodeSection(node, 'web1', ['groups = web']).replace('~/kettle', '~/urn')}\n`);
  await urn.must('check', 'web1', '--record');
  await urn.must('lock');
  await urn.must('build');
});
afterAll(async () => {
  await urn[Symbol.asyncDispose]();
  await node.stop();
});

const deploy = (...args: string[]): Promise<Run> =>
  urn.conc(['deploy', 'web1', '--sudo-password-fd', '3', ...args], { third: `${password}\n` });
const onNode = async (...argv: string[]): Promise<string> => (await node.exec(argv)).stdout;
const listed = (...paths: string[]): Promise<string> => onNode('stat', '-c', '%a %U:%G %n', ...paths);
const configured = async (edit: (ini: string) => string): Promise<void> => {
  await urn.configure(edit);
  await urn.must('build');
};

describe("a machine's own /etc", () => {
  it('is planned without sudo, and says what needs it', async () => {
    const { stdout } = await urn.must('plan', 'web1');
    expect(stdout).toMatch(/etc +\[sudo\] adds \/etc\/cron\.d\/urn: 0600 root root/);
    expect((await urn.must('check', '--sudoers', 'web1')).stdout).toMatch(
      /ALL=\(root\) \/usr\/local\/lib\/conc\/place "", \\\n +\/usr\/bin\/install -D -o root/,
    );
  });

  it('gets files that are root’s, and says whose they are', async () => {
    expect(await deploy()).toMatchObject({ code: 0, stderr: expect.stringMatching(/etc +OK.*\/etc: 4 placed/) });
    expect(await listed('/etc/cron.d/urn', '/etc/nginx/sites-available/urn', '/usr/local/lib/conc/place')).toBe(
      '600 root:root /etc/cron.d/urn\n644 root:root /etc/nginx/sites-available/urn\n755 root:root /usr/local/lib/conc/place\n',
    );
    expect(await onNode('readlink', '/etc/nginx/sites-enabled/urn')).toBe('../sites-available/urn\n');
    expect(await onNode('sh', '-c', 'cat /var/lib/conc/owners/urn-*.json')).toContain('"root": "/home/deploy/urn"');
    expect((await deploy()).stderr).toContain('already: nothing was changed');
  });

  it('then needs one rule of sudo, and no password where that says so', async () => {
    const { stdout: least } = await urn.must('check', '--sudoers', 'web1');
    expect(least).toContain('deploy ALL=(root) /usr/local/lib/conc/place ""\n');
    await setSudoers(node, least.replace('(root) ', '(root) NOPASSWD: '));
    await configured((ini) => ini.replace('port = 8080', 'port = 8081'));
    expect(await urn.must('deploy', 'web1')).toMatchObject({ stderr: expect.stringMatching(/\/etc: 1 placed/) });
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8081;');
    await setSudoers(node, 'deploy ALL=(ALL:ALL) ALL');
  });

  it('is put back with the code, by a rollback and where the release is not healthy', async () => {
    const back = await urn.conc(['rollback', 'web1', '--sudo-password-fd', '3'], { third: `${password}\n` });
    expect([back.code, await onNode('cat', '/etc/nginx/sites-available/urn')]).toEqual([
      0,
      expect.stringContaining('listen 8080;'),
    ]);
    await urn.configure((ini) => `${ini}health.command = grep -q 8080 /etc/nginx/sites-available/urn\n`);
    const sick = await deploy();
    expect([sick.code, sick.stderr]).toEqual([1, expect.stringMatching(/undo +OK.*1 files in \/etc as before/)]);
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8080;');
    await urn.configure((ini) => ini.replace(/^health\.command.*\n/m, ''));
  });

  it('is put back by who gives the change up, whoever began it', async () => {
    expect(await deploy('--until', 'etc')).toMatchObject({ code: 4 });
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8081;');
    const without = await urn.conc(['abandon', 'web1']);
    expect([without.code, without.stderr]).toEqual([3, expect.stringContaining('password of deploy is needed')]);
    const abandoned = await urn.conc(['abandon', 'web1', '--sudo-password-fd', '3'], { third: `${password}\n` });
    expect(abandoned).toMatchObject({ code: 0 });
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8080;');
  });

  it('waits for the password where the agent was killed: its guard puts the code back, and holds the change', async () => {
    const waits = '/home/deploy/urn/shared/waits';
    const health = `health.timeout = 90\nhealth.command = sh -c 'test -e ${waits} || { echo $$PPID > ${waits}; exec sleep 60; }'\n`;
    await urn.configure((ini) => ini + health);
    const running = deploy();
    const agent = await onNode(
      'timeout',
      '60',
      'sh',
      '-c',
      `while ! test -s ${waits}; do sleep 0.1; done; cat ${waits}`,
    );
    await node.exec(['kill', '-KILL', agent.trim()]);
    expect((await running).code).toBe(1);
    await expect
      .poll(async () => (await urn.must('status', 'web1', '--json')).stdout, poll)
      .toContain('"state":"halted"');
    expect(await onNode('readlink', '/home/deploy/urn/current')).toMatch(/^releases\/r1-/);
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8081;');
    const abandoned = await urn.conc(['abandon', 'web1', '--sudo-password-fd', '3'], { third: `${password}\n` });
    expect(abandoned).toMatchObject({ code: 0, stderr: expect.stringContaining('1 files in /etc as before') });
    expect(await onNode('cat', '/etc/nginx/sites-available/urn')).toContain('listen 8080;');
    await urn.configure((ini) => ini.replace(health, ''));
  });

  it('gets back what was there before conc, when that is wanted no more', async () => {
    await node.exec([
      'sh',
      '-c',
      'echo "from a package" > /etc/urn.conf; chmod 640 /etc/urn.conf; chgrp adm /etc/urn.conf',
    ]);
    await writeFile(join(urn.folder, 'etc/urn.conf'), 'ours\n');
    await urn.must('build');
    expect(await deploy('--overwrite', '/etc/urn.conf')).toMatchObject({ code: 0 });
    expect(await onNode('cat', '/etc/urn.conf')).toBe('ours\n');
    await rm(join(urn.folder, 'etc/urn.conf'));
    await urn.must('build');
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(await onNode('cat', '/etc/urn.conf')).toBe('from a package\n');
    expect(await listed('/etc/urn.conf')).toBe('640 root:adm /etc/urn.conf\n');
  });

  it('keeps what someone else changed, also where only root may read it', async () => {
    await node.exec(['sh', '-c', 'echo "# by hand" >> /etc/cron.d/urn; echo mine > /etc/nginx/sites-available/other']);
    await writeFile(join(urn.folder, 'etc/nginx/sites-available/other'), 'ours\n');
    await urn.must('build');
    const run = await deploy('--json');
    expect([run.code, jsonLinesOf(run).at(-1)]).toMatchObject([3, { error: { code: 'etc.blocked' } }]);
    const { stderr } = await deploy();
    expect(stderr).toContain('/etc/cron.d/urn was changed by hand, and only root may read it');
    expect(stderr).toContain('/etc/nginx/sites-available/other is there, and conc did not write it');
    await rm(join(urn.folder, 'etc/nginx/sites-available/other'));
    await urn.must('build');
    expect(await deploy('--accept-foreign', '/etc/cron.d/urn')).toMatchObject({ code: 0 });
    expect(await onNode('cat', '/etc/cron.d/urn')).toContain('# by hand');
  });

  it('is not touched by a file of sudoers.d that would shut everybody out', async () => {
    await mkdir(join(urn.folder, 'etc/sudoers.d'), { recursive: true });
    await writeFile(join(urn.folder, 'etc/sudoers.d/urn'), 'urn ALL=(root NOPASSWD: /usr/bin/id\n');
    const table = join(urn.folder, 'etc/.ownership');
    await writeFile(table, `${await readFile(table, 'utf8')}0440 root root sudoers.d/*\n`);
    await urn.must('build');
    const run = await deploy('--accept-foreign', '/etc/cron.d/urn');
    expect([run.code, run.stderr]).toEqual([
      1,
      expect.stringMatching(/etc +FAILED[\s\S]*sudoers\.d\/urn:1[\s\S]*undo +OK/),
    ]);
    expect((await node.exec(['ls', '/etc/sudoers.d'])).stdout).not.toContain('urn');
    await writeFile(join(urn.folder, 'etc/sudoers.d/urn'), 'urn-user ALL=(root) NOPASSWD: /usr/bin/id\n');
    await urn.must('build');
    expect(await deploy('--accept-foreign', '/etc/cron.d/urn')).toMatchObject({ code: 0 });
    expect(await listed('/etc/sudoers.d/urn')).toBe('440 root:root /etc/sudoers.d/urn\n');
  });
});
