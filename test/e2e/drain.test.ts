import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { until } from '../support/until.ts';
import { makeProject, type Project } from './project.ts';

/** Units of a user's own manager: a worker that finishes what it does, and one that runs something else than it seems. */
let mill: Project;
let node: TestNode;

beforeAll(async () => {
  [mill, node] = await Promise.all([makeProject('test/e2e/mill'), startNode({ suite: 'bookworm', name: 'mill' })]);
  await node.exec(['systemd-run', '--wait', '--quiet', 'loginctl', 'enable-linger', node.user]);
  const section = [
    '[node mill]\ngroups = worker\npython = /usr/bin/python3\nroot = ~/mill',
    `sshd.host = ${node.host}\nsshd.config = ${node.sshConfig}\n`,
  ];
  await mill.configure((ini) => [ini, ...section].join('\n'));
  await mill.must('check', 'mill', '--record');
  await mill.must('lock');
  await mill.must('build');
});
afterAll(async () => {
  await node.stop();
  await mill[Symbol.asyncDispose]();
});

const processes = async (): Promise<readonly { name: string; state: string; release: string }[]> => {
  const [seen] = JSON.parse((await mill.must('status', 'mill', '--json')).stdout).nodes;
  return seen.processes.map(({ name, state, release }: Record<string, string>) => ({ name, state, release }));
};
const told = (lines: readonly Record<string, unknown>[], name: string): string =>
  String(lines.find(({ event, job }) => event === 'done' && job === name)?.text);
const changed = (colour: string): Promise<void> =>
  mill.configure((ini) => ini.replace(/(colour = \w+\n)?service/, `colour = ${colour}\nservice`));

describe('a worker under systemd', () => {
  let first: string;

  it('drains beside its successor, and the deploy does not wait', async () => {
    await mill.must('deploy', 'mill');
    const [only] = await processes();
    expect(only).toMatchObject({ name: 'worker@1', state: 'RUNNING' });
    first = only?.release ?? '';
    await changed('red');
    const lines = jsonLinesOf(await mill.must('deploy', 'mill', '--json'));
    expect(told(lines, 'restart')).toMatch(new RegExp(`pid \\d+ of ${first} drains`));
    expect(told(lines, 'health')).toMatch(new RegExp(`draining: worker@1, pid \\d+, runs ${first} since`));
    expect(await processes()).toEqual([
      { name: 'worker@1', state: 'STOPPING', release: first },
      { name: 'worker@2', state: 'RUNNING', release: expect.stringMatching(/^r2-/) },
    ]);
    await node.exec(['touch', `/home/${node.user}/mill/shared/ground`], { as: 'user' });
    await until(async () => (await processes()).length === 1);
  });

  it('that runs another release than the one that serves is found', async () => {
    const home = `/home/${node.user}`;
    const old = `${home}/mill/releases/${first}/venv/bin/python -m mill.worker`;
    const folder = `${home}/.config/systemd/user/conc-home-${node.user}-mill-worker@.service.d`;
    const dropIn = `mkdir -p ${folder} && printf '[Service]\\nExecStart=\\nExecStart=${old}\\nEnvironment=CONC_SHARED=${home}/mill/shared\\n' > ${folder}/old.conf && systemctl --user daemon-reload`;
    await node.exec(['sh', '-c', dropIn], { as: 'user' });
    await changed('green');
    const run = await mill.conc(['deploy', 'mill', '--json']);
    expect(run.code).toBe(1);
    expect(told(jsonLinesOf(run), 'restart')).toContain(`it runs ${first}`);
    await node.exec(['sh', '-c', `rm -r ${folder} && systemctl --user daemon-reload`], { as: 'user' });
    await mill.must('deploy', 'mill');
    expect((await processes()).filter(({ state }) => state === 'RUNNING')).toEqual([
      expect.objectContaining({ release: expect.stringMatching(/^r3-/) }),
    ]);
  });
});
