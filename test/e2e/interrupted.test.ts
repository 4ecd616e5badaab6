import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { signals } from '../support/signals.ts';
import { until } from '../support/until.ts';
import { whileThere } from '../support/while-there.ts';
import { makeProject, type Project } from './project.ts';

/** The shop takes a while to install, long enough to be interrupted in; tea is quick. */
let shop: Project;
let tea: Project;

/** Nodes of their own for each case, without services: what is tested is the change. */
const SHOPS = ['once', 'twice', 'killed', 'race', 'ci'];
const TEAS = ['until', 'early', 'switched', 'moved'];
const section = (name: string): string => `[node ${name}]\ngateway = popen\nroot = ./.conc/nodes/${name}\n`;

beforeAll(async () => {
  [shop, tea] = await Promise.all([makeProject(), makeProject('test/e2e/tea')]);
  await shop.configure((ini) => [ini.replace(/\[group web\][\s\S]*/, ''), ...SHOPS.map(section)].join('\n'));
  // As long as somebody needs to interrupt it, and run by the node.
  const slow = `${section('slow')}health.timeout = 120\nhealth.command = ${whileThere(hold())}\n`;
  await tea.configure((ini) => [ini, ...TEAS.map(section), slow].join('\n'));
  for (const project of [shop, tea]) {
    await project.must('lock');
    await project.must('build');
  }
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await tea[Symbol.asyncDispose]();
});

/** Health is not known while it is there. */
const hold = (): string => join(tea.folder, '.conc/hold');

const projectOf = (node: string): Project => (SHOPS.includes(node) ? shop : tea);

const statusOf = async (node: string) =>
  JSON.parse((await projectOf(node).must('status', node, '--json')).stdout).nodes[0];

/** Deploys, and sends signals once the job has begun. */
const interrupted = (node: string, job: string, sent: readonly NodeJS.Signals[]): Promise<Run> =>
  projectOf(node).conc(['deploy', node, '--json'], signals(`"event":"start","job":"${job}"`, sent));

describe('--until, continue and abandon', () => {
  it('halts after the job, blocks other changes; continue goes on after it', async () => {
    const halted = await tea.conc(['deploy', 'until', '--until', 'install']);
    expect(halted.code).toBe(4);
    expect(halted.stderr).toContain('conc continue until');
    expect((await statusOf('until')).change).toMatchObject({ state: 'halted', kind: 'deploy' });

    const blocked = await tea.conc(['deploy', 'until']);
    expect(blocked.code).toBe(3);
    expect(blocked.stderr).toMatch(
      /until is BLOCKED: a change was halted[\s\S]*nothing was changed[\s\S]*conc abandon until/,
    );

    const resumed = await tea.must('continue', 'until', '--json');
    const done = jsonLinesOf(resumed).filter(({ event }) => event === 'done');
    expect(done.map(({ job }) => job)).toEqual(['verify', 'switch', 'restart', 'health', 'confirm', 'prune']);
    expect(await statusOf('until')).toMatchObject({ release: { proven: true }, change: null });
  });

  it('goes on before any wheel came over, with the very bundle, whatever the project is by now', async () => {
    expect((await tea.conc(['deploy', 'early', '--until', 'preflight'])).code).toBe(4);
    const { stdout } = await tea.must('status', 'early');
    expect(stdout).toMatch(
      /halted: as asked, until preflight[\s\S]*conc continue early \(its wheels have not all come/,
    );
    await appendFile(join(tea.folder, 'README.md'), 'edited since\n');
    await tea.must('continue', 'early');
    expect(await statusOf('early')).toMatchObject({ release: { proven: true }, change: null });
    await tea.must('build');
  });

  it('abandons a change that had switched: what served before serves again', async () => {
    await tea.must('deploy', 'switched');
    const before = await statusOf('switched');
    await tea.configure((ini) => ini.replace('[node switched]', '[node switched]\ncolour = green'));
    expect((await tea.conc(['deploy', 'switched', '--until', 'switch'])).code).toBe(4);
    expect((await statusOf('switched')).release.id).not.toBe(before.release.id);
    expect((await tea.must('abandon', 'switched')).stderr).toContain(before.release.id);
    expect((await statusOf('switched')).release.id).toBe(before.release.id);
    const again = await tea.conc(['abandon', 'switched']);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('no change to abandon');
  });
});

describe('Ctrl-C', () => {
  it('once: the running job is finished, then the change halts', async () => {
    const run = await interrupted('once', 'install', ['SIGINT']);
    const lines = jsonLinesOf(run);
    expect(run.code).toBe(4);
    expect(lines.some(({ event, what }) => event === 'asked' && what === 'halt')).toBe(true);
    expect(lines.findLast(({ event }) => event === 'done')).toMatchObject({ job: 'install', status: 'OK' });
    await shop.must('continue', 'once');
    expect(await statusOf('once')).toMatchObject({ release: { proven: true }, change: null });
  });

  it('twice: the running job is ended, nothing that serves was touched, and a new deploy works', async () => {
    const run = await interrupted('twice', 'install', ['SIGINT', 'SIGINT']);
    expect(run.code).toBe(1);
    expect(jsonLinesOf(run).at(-1)).toMatchObject({ nodes: [{ outcome: 'failed' }] });
    expect(await statusOf('twice')).toMatchObject({ release: null, change: null });
    await shop.must('deploy', 'twice');
  });
});

describe('a controller that is killed', () => {
  it('before the switch: the change stays, told as interrupted or halted, and continues', async () => {
    await interrupted('killed', 'install', ['SIGKILL']);
    await until(async () => (await statusOf('killed')).change?.state !== 'running');
    const { change, release } = await statusOf('killed');
    expect(release).toBeNull();
    expect(['interrupted', 'halted']).toContain(change.state);
    await shop.must('continue', 'killed');
    expect(await statusOf('killed')).toMatchObject({ release: { proven: true }, change: null });
  });

  it('after the switch: nobody confirms it, so it is undone', async () => {
    await writeFile(hold(), '');
    await interrupted('slow', 'health', ['SIGKILL']);
    await rm(hold());
    await until(async () => (await statusOf('slow')).change === null);
    expect((await statusOf('slow')).release).toBeNull();
    expect((await tea.must('log', 'slow')).stdout).toMatch(/undone/);
  });
});

describe('--if-interrupted, where nobody is there to decide', () => {
  const last = async (node: string) =>
    JSON.parse((await projectOf(node).must('log', node, '--limit', '2', '--json')).stdout).entries;
  const error = (lines: readonly Record<string, unknown>[]) => lines.at(-1)?.error;

  it('fail is the default; abandon gives up what was left, tells it, and deploys', async () => {
    await interrupted('ci', 'install', ['SIGKILL']);
    await until(async () => (await statusOf('ci')).change?.state !== 'running');
    const blocked = await shop.conc(['deploy', 'ci', '--if-interrupted=fail']);
    expect([blocked.code, blocked.stderr]).toEqual([3, expect.stringContaining('conc abandon ci')]);

    const lines = jsonLinesOf(await shop.must('deploy', 'ci', '--if-interrupted=abandon', '--json'));
    const told = lines.filter(({ event }) => event === 'former');
    expect(told).toMatchObject([
      {
        what: 'abandon',
        outcome: null,
        text: expect.stringMatching(/on ci a deploy of r1-.* was (halted|interrupted)/),
      },
      { what: 'abandon', outcome: 'abandoned', text: expect.stringContaining('nothing serves, as before') },
    ]);
    expect(lines.at(-1)).toMatchObject({ nodes: [{ outcome: 'proven' }], exit: 0 });
    expect(await last('ci')).toMatchObject([
      { outcome: 'abandoned', taken: [{ what: 'abandoned', because: '--if-interrupted=abandon' }] },
      { outcome: 'proven', taken: [] },
    ]);
    expect((await shop.must('log', 'ci')).stdout).toMatch(/abandoned by .* \(--if-interrupted=abandon\)/);
  });

  it('continue goes on with the same change, and with no other', async () => {
    expect((await tea.conc(['deploy', 'moved', '--until', 'install'])).code).toBe(4);
    await tea.configure((ini) => ini.replace('[node moved]', '[node moved]\ncolour = amber'));
    const refused = await tea.conc(['deploy', 'moved', '--if-interrupted=continue', '--json']);
    expect(refused.code).toBe(3);
    expect(error(jsonLinesOf(refused))).toMatchObject({
      code: 'change.other',
      message: expect.stringContaining('colour is not set in it, and "amber" in conc.ini'),
      hint: expect.stringContaining('--if-interrupted=abandon'),
      state: 'nothing was changed',
    });
    const byHand = await tea.conc(['continue', 'moved']);
    expect([byHand.code, byHand.stderr]).toEqual([3, expect.stringContaining('conc continue moved --as-begun')]);
    const rollback = await tea.conc(['rollback', 'moved', '--if-interrupted=continue']);
    expect([rollback.code, rollback.stderr]).toEqual([
      3,
      expect.stringContaining('it is a deploy, and this is a rollback'),
    ]);

    await tea.configure((ini) => ini.replace('colour = amber\n', ''));
    const { stderr } = await tea.must('deploy', 'moved', '--if-interrupted=continue');
    expect(stderr).toMatch(
      /was halted at job 3 of 9, install: it is gone on with first[\s\S]*moved serves r1-.*, proven/,
    );
    expect(await last('moved')).toMatchObject([{ outcome: 'proven', taken: [{ what: 'resumed' }] }]);
  });

  it('continue --as-begun takes the attributes that it was begun with', async () => {
    await tea.configure((ini) => ini.replace('[node moved]', '[node moved]\ncolour = blue'));
    expect((await tea.conc(['deploy', 'moved', '--until', 'install'])).code).toBe(4);
    await tea.configure((ini) => ini.replace('colour = blue', 'colour = red'));
    await tea.must('continue', 'moved', '--as-begun');
    const { release } = await statusOf('moved');
    const file = await readFile(join(tea.folder, '.conc/nodes/moved/releases', release.id, 'release.json'), 'utf8');
    expect(JSON.parse(file).attributes).toMatchObject({ colour: 'blue' });
  });

  it('says what it can be', async () => {
    const run = await shop.conc(['deploy', 'ci', '--if-interrupted=perhaps']);
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('fail, continue, abandon')]);
  });
});

describe('two controllers at once', () => {
  it('one changes the node, the other is BLOCKED or finds it done', async () => {
    const runs = await Promise.all([shop.conc(['deploy', 'race', '--json']), shop.conc(['deploy', 'race', '--json'])]);
    const outcomes = runs.map((run) => jsonLinesOf(run).at(-1));
    expect(runs.map(({ code }) => code ?? -1).toSorted((a, b) => a - b)).toEqual([0, 3]);
    expect(outcomes.find((summary) => summary?.exit === 3)).toMatchObject({
      nodes: [{ outcome: 'blocked' }],
      error: { message: expect.stringContaining('BLOCKED') },
    });
    expect(await statusOf('race')).toMatchObject({ release: { proven: true }, change: null });
  });
});
