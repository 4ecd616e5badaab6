import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Suite } from '../nodes/root-file-system.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';

/** Booted machines, reached over their own sshd by an ordinary user, in network namespaces without a way out. */
const suites: readonly Suite[] = ['bookworm', 'trixie'];
const port = 8765;

let shop: Project;
let nodes: readonly TestNode[];

beforeAll(async () => {
  [shop, ...nodes] = await Promise.all([makeProject(), ...suites.map((suite) => startNode({ suite, name: suite }))]);
  await shop.configure((ini) => onMachines(ini, port, nodes));
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.stop()));
  await shop[Symbol.asyncDispose]();
});

const each = async (work: (node: TestNode) => Promise<void>): Promise<void> => {
  for (const node of nodes) await work(node);
};
const versionOn = async (node: TestNode): Promise<string> => releaseOn((await node.fetch('/', port)).body).version;

describe('the main job on booted Debian nodes', () => {
  it('checks them and records what they are', async () => {
    const { stdout } = await shop.must('check', '@all', '--record');
    expect(stdout).toMatch(
      /bookworm is fit[\s\S]*recorded as cp311-glibc2\.36-x86_64[\s\S]*trixie is fit[\s\S]*recorded as cp313-/,
    );
  });

  it('builds one bundle for both', async () => {
    await shop.must('lock');
    await shop.must('build');
    const { stdout } = await shop.must('plan', '@all', '--json');
    const plans = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(plans.map(({ node }) => node)).toEqual(['bookworm', 'trixie']);
    expect(new Set(plans.map(({ bundle }) => bundle)).size).toBe(1);
    const [bookworm, trixie] = plans.map(({ jobs }) => jobs[1].changes[0].wheels.join(' '));
    expect(bookworm).toContain('-cp311-');
    expect(bookworm).not.toContain('-cp313-');
    expect(trixie).toContain('-cp313-');
  });

  it('deploys release 1 to both, one after the other; both serve', async () => {
    const lines = jsonLinesOf(await shop.must('deploy', '@all', '--json'));
    expect(lines.at(-1)).toMatchObject({
      exit: 0,
      nodes: [
        { node: 'bookworm', outcome: 'proven' },
        { node: 'trixie', outcome: 'proven' },
      ],
    });
    await each(async (node) => expect(await versionOn(node)).toBe('1.0.0'));
  });

  it('leaves nothing of root there, and everything owned by the deploying user', async () => {
    await each(async (node) => {
      const { stdout } = await node.exec(['find', `/home/${node.user}/shop`, '!', '-user', node.user], { as: 'root' });
      expect(stdout).toBe('');
    });
  });

  it('deploys release 2, undoes release 3, rolls back to release 1', async () => {
    await shop.becomes('2');
    await shop.must('build');
    await shop.must('deploy', '@all');
    await each(async (node) => expect(await versionOn(node)).toBe('2.0.0'));

    await shop.becomes('3');
    await shop.must('build');
    const broken = await shop.conc(['deploy', '@all', '--json']);
    expect(broken.code).toBe(1);
    expect(jsonLinesOf(broken).at(-1)).toMatchObject({
      nodes: [
        { node: 'bookworm', outcome: 'undone' },
        { node: 'trixie', outcome: 'untouched' },
      ],
    });
    await each(async (node) => expect(await versionOn(node)).toBe('2.0.0'));

    await shop.must('rollback', '@all');
    await each(async (node) => expect(await versionOn(node)).toBe('1.0.0'));
  });

  it('serves again after a reboot, by the line that conc prints for crontab', async () => {
    const [node] = nodes;
    if (node === undefined) throw new Error('no node');
    await node.exec(['sh', '-c', `echo "@reboot $HOME/shop/bin/supervisord" | crontab -`], { as: 'user' });
    await node.restart();
    let answered = '';
    for (let tries = 0; answered === '' && tries < 240; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      answered = await versionOn(node).catch(() => '');
    }
    expect(answered).toBe('1.0.0');
  });

  it('tells that a node which is off can not be reached, and looks at the others', async () => {
    const [node] = nodes;
    await node?.powerOff();
    const run = await shop.conc(['status', '@all']);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/bookworm can't be looked at[\s\S]*trixie serves r1-/);
  });
});
