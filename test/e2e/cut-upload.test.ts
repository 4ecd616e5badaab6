import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { type Relay, relayBy } from '../support/relay.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { makeProject, type Project } from './project.ts';

/** What the application weighs; it can't be compressed. */
const SIZE = 6_000_000;
/** The link is cut once more than this arrived. */
const BEGUN = 1_500_000;
const NODES = ['resumed', 'spoiled'] as const;

let tea: Project;
let sshd: Sshd;
let relay: Relay;

beforeAll(async () => {
  [tea, sshd] = await Promise.all([makeProject('test/e2e/tea'), startSshd()]);
  await mkdir(join(tea.folder, '.conc'));
  relay = relayBy(join(tea.folder, '.conc/link'));
  await writeFile(join(tea.folder, 'src/tea/leaves.bin'), randomBytes(SIZE));
  await appendFile(join(tea.folder, 'pyproject.toml'), '\n[tool.setuptools.package-data]\ntea = ["leaves.bin"]\n');
  const { ssh } = sshd;
  const reached = `gateway = ssh\nsshd.ip = ${ssh.host}\nsshd.port = ${sshd.port}\nadmin = ${ssh.user ?? ''}\nsshd.key = ${ssh.key ?? ''}\nsshd.config = /dev/null\nsshd.options =\n  UserKnownHostsFile=${sshd.knownHosts}\n  ${relay.option}\n`;
  const node = (name: string): string =>
    `[node ${name}]\npython = /usr/bin/python3\nroot = ${join(tea.folder, '.conc/nodes', name)}\n${reached}`;
  await tea.configure((ini) => [ini, ...NODES.map(node)].join('\n'));
  await tea.must('check', 'resumed', '--record');
  await tea.must('lock');
  await tea.must('build');
});
afterAll(async () => {
  await sshd.stop();
  await tea[Symbol.asyncDispose]();
});

/** Deploys over a slow link, and cuts it in the middle of the wheel. */
async function cutOff(node: string): Promise<void> {
  relay.becomes('delay 0.05');
  const run = await tea.conc(['deploy', node, '--json'], {
    onOut: (text) => {
      const arrived = [...text.matchAll(/"progress"[^\n]*"done":(\d+)/g)].map(([, done]) => Number(done));
      if (Math.max(0, ...arrived) > BEGUN) relay.becomes('cut');
    },
  });
  relay.becomes('pass');
  expect(run.code).toBe(1);
}

/** What the command sent, and what `deliver` said. */
function told(run: Run): { readonly sent: unknown; readonly deliver: unknown } {
  const events = jsonLinesOf(run);
  return {
    sent: events.find(({ event }) => event === 'node')?.bytes,
    deliver: events.find(({ event, job }) => event === 'done' && job === 'deliver')?.text,
  };
}

describe('an upload that was cut off', () => {
  it('goes on where it was: only what is missing is sent', async () => {
    await cutOff('resumed');
    const { sent, deliver } = told(await tea.must('continue', 'resumed', '--json'));
    expect(deliver).toMatch(
      /^1 of 1 wheels is new: [\d.]+ MB sent, [\d.]+ MB were here of an upload that was cut off$/,
    );
    expect(sent).toMatchObject({ sent: expect.toSatisfy((bytes: number) => bytes < SIZE - BEGUN + 200_000) });
  });

  it('begins anew where the bytes that are there are others than were sent', async () => {
    await cutOff('spoiled');
    const wheels = join(tea.folder, '.conc/nodes/spoiled/change/wheels');
    const [part = ''] = await readdir(wheels);
    expect(part).toMatch(/^\.[0-9a-f]{64}\.part$/);
    await writeFile(join(wheels, part), Buffer.alloc(BEGUN));
    const { sent, deliver } = told(await tea.must('continue', 'spoiled', '--json'));
    expect(deliver).toMatch(/^1 of 1 wheels is new: 6\.0 MB sent$/);
    expect(sent).toMatchObject({ sent: expect.toSatisfy((bytes: number) => bytes > SIZE) });
  });
});

describe('the next release', () => {
  const deployed = async (line: string): Promise<ReturnType<typeof told> & { readonly evidence: unknown }> => {
    await appendFile(join(tea.folder, 'src/tea/__init__.py'), `${line}\n`);
    await tea.must('build');
    const run = await tea.must('deploy', 'resumed', '--json');
    const done = jsonLinesOf(run).find(({ event, job }) => event === 'done' && job === 'deliver');
    return { ...told(run), evidence: done?.evidence };
  };

  it('costs what differs in it', async () => {
    const { sent, deliver } = await deployed('SORT = "green"');
    expect(deliver).toMatch(/^1 of 1 wheels is new: \d+ bytes sent, [1-9]\d* of [1-9]\d* files were here$/);
    expect(sent).toMatchObject({ sent: expect.toSatisfy((bytes: number) => bytes < 300_000) });
  });

  it('takes nothing from a store that somebody changed', async () => {
    const root = join(tea.folder, '.conc/nodes/resumed');
    for (const entry of await readdir(join(root, 'store'))) {
      const leaves = join(root, 'store', entry, 'purelib/tea/leaves.bin');
      await chmod(leaves, 0o644);
      await writeFile(leaves, Buffer.alloc(SIZE));
    }
    const { deliver, evidence } = await deployed('SORT = "black"');
    expect(deliver).toMatch(/^1 of 1 wheels is new: 6\.0 MB sent$/);
    expect(evidence).toEqual([expect.stringMatching(/ came whole: .*leaves\.bin was changed since it was installed$/)]);
    const placed = join(root, 'current/venv/lib');
    const [python = ''] = await readdir(placed);
    const leaves = await readFile(join(placed, python, 'site-packages/tea/leaves.bin'));
    expect(leaves.equals(await readFile(join(tea.folder, 'src/tea/leaves.bin')))).toBe(true);
  });
});
