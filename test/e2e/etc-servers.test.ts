import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Run } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';
import { answerAtOnce, nodeSection } from './sudoers.ts';

/** Programs of the machine, asked beforehand and told afterwards: real ones, on booted machines, by sudo with a password. */
const password = 'a pass "word"';
let machines: Readonly<Record<'bookworm' | 'trixie', TestNode>>;
let urn: Project;

beforeAll(async () => {
  const [bookworm, trixie, project] = await Promise.all([
    startNode({ suite: 'bookworm', name: 'bookworm', sudo: password, packages: ['apache2', 'supervisor'] }),
    startNode({ suite: 'trixie', name: 'trixie', sudo: password }),
    makeProject('test/e2e/urn'),
  ]);
  [machines, urn] = [{ bookworm, trixie }, project];
  await Promise.all([bookworm, trixie].map(answerAtOnce));
  const section = (node: TestNode): string =>
    nodeSection(node, node.suite, ['groups = web']).replace('~/kettle', '~/urn');
  await urn.configure((ini) => `${ini}\n${[bookworm, trixie].map(section).join('\n\n')}\n`);
  await rm(join(urn.folder, 'etc'), { recursive: true });
  await place('nginx/sites-enabled/urn', site('one'));
  await urn.must('check', '@all', '--record');
  await urn.must('lock');
});
afterAll(async () => {
  await urn[Symbol.asyncDispose]();
  await Promise.all(Object.values(machines).map((node) => node.stop()));
});

const site = (word: string): string => `server { listen 8080; location / { return 200 "${word}"; } }\n`;
const place = async (path: string, text: string): Promise<void> => {
  const file = join(urn.folder, 'etc', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};
const gone = (path: string): Promise<void> => rm(join(urn.folder, 'etc', path), { recursive: true });
const deploy = async (node: TestNode, ...args: string[]): Promise<Run> => {
  await urn.must('build');
  return urn.conc(['deploy', node.suite, '--sudo-password-fd', '3', ...args], { third: `${password}\n` });
};
const on = async (node: TestNode, script: string): Promise<string> => (await node.exec(['sh', '-c', script])).stdout;

describe.each(['bookworm', 'trixie'] as const)('on %s', (suite) => {
  const node = (): TestNode => machines[suite];

  it('nginx serves what was placed, once the job is over', async () => {
    const first = await deploy(node());
    console.log(first.stderr);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining('nginx reloaded') });
    expect(await node().fetch('/', 8080)).toMatchObject({ status: 200, body: 'one' });
  });

  it('a file that nginx will not have is caught before anything is placed, in its own words', async () => {
    await place('nginx/sites-enabled/urn', 'server { lisen 8080; }\n');
    await place('motd.urn', 'never\n');
    const faulty = await deploy(node());
    console.log(faulty.stderr);
    expect(faulty.code).toBe(1);
    expect(faulty.stderr).toMatch(/unknown directive "lisen" in \/etc\/nginx\/sites-enabled\/urn:1/);
    expect(faulty.stderr).toMatch(/undo +OK/);
    expect(await on(node(), 'ls /etc/motd.urn 2>&1 || cat /etc/nginx/sites-enabled/urn')).toContain('one');
    await gone('motd.urn');
    await place('nginx/sites-enabled/urn', site('one'));
  });
});
