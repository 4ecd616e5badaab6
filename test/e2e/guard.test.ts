import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conc, jsonLinesOf, type Run, type RunOptions } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { until } from '../support/until.ts';
import { whileThere } from '../support/while-there.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let sshd: Sshd;

const run = (args: readonly string[], options?: RunOptions): Promise<Run> =>
  conc(args, {
    cwd: folder,
    env: { PATH: `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}` },
    ...options,
  });

async function must(...args: string[]): Promise<Run> {
  const result = await run(args);
  if (result.code !== 0) throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

/** Health of `slow` is not known while it is there. */
const hold = (): string => join(folder, '.conc/hold');

const statusOf = async (node: string) => JSON.parse((await must('status', node, '--json')).stdout).nodes[0];

const childrenOf = async (pid: number): Promise<number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter(Boolean).map(Number);

const configure = (colour: string): Promise<void> =>
  writeFile(
    join(folder, 'conc.ini'),
    `[DEFAULT]
app = tea
devops.jobs = tea.devops.jobs:locks
colour = ${colour}

[node slow]
gateway = popen
root = ./.conc/nodes/slow
health.timeout = 120
health.command = ${whileThere(hold())}

[group far]
sshd.host = 127.0.0.1
sshd.port = ${sshd.port}
sshd.key = ${join(sshd.folder, 'user')}
sshd.config = ${join(folder, 'ssh_config')}
keys = ${join(sshd.folder, 'authorized_keys')}

[node open]
groups = far
root = ${join(folder, '.conc/nodes/open')}

[node shut]
groups = far
root = ${join(folder, '.conc/nodes/shut')}
lock_out = yes
`,
  );

beforeAll(async () => {
  sshd = await startSshd();
  folder = await mkdtemp(join(tmpdir(), 'conc-guard-'));
  await cp(join(house, 'test/e2e/tea'), folder, { recursive: true });
  // A user who shares connections: the new one must be new all the same.
  await mkdir(join(sshd.folder, 'shared'));
  await writeFile(
    join(folder, 'ssh_config'),
    `UserKnownHostsFile ${sshd.knownHosts}\nControlMaster auto\nControlPath ${sshd.folder}/shared/%C\nControlPersist 5\n`,
  );
  await configure('green');
  await must('lock');
  await must('build');
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('an agent that is killed while its switch is on trial', () => {
  it('is followed by its guard, which goes back; who comes next is told', async () => {
    await must('deploy', 'slow');
    const former = (await statusOf('slow')).release.id;
    await configure('black');
    await writeFile(hold(), '');
    let controller = 0;
    let killing: Promise<void> | undefined;
    const deploy = await run(['deploy', 'slow', '--json'], {
      started: (child) => {
        controller = child.pid ?? 0;
      },
      onOut: (text) => {
        if (text.includes('"event":"start","job":"health"')) {
          killing ??= childrenOf(controller).then((agents) => {
            for (const pid of agents) process.kill(pid, 'SIGKILL');
            return rm(hold());
          });
        }
      },
    });
    await killing;
    expect(deploy.code).toBe(1);
    await until(async () => (await statusOf('slow')).change === null);
    const status = await statusOf('slow');
    expect(status.release).toMatchObject({ id: former, proven: true });
    expect(status.guarded).toMatchObject({ kind: 'deploy', why: 'the agent was gone, in job 8, health' });
    expect((await must('status', 'slow')).stdout).toMatch(/the last deploy, of r2-\S+ by .+, was undone by its guard/);
    expect((await run(['continue', 'slow'])).stderr).toMatch(/no change to continue[\s\S]*was undone by its guard/);
    const again = await must('deploy', 'slow');
    expect(again.stderr).toContain('was undone by its guard');
    expect((await statusOf('slow')).guarded).toBeNull();
  });
});

describe('a job that touches the way in', () => {
  const confirmOf = (result: Run) =>
    jsonLinesOf(result).find((line) => line.event === 'done' && line.job === 'confirm');

  it('is planned with a new connection, which confirms the switch', async () => {
    await configure('green');
    expect((await must('plan', 'open')).stdout).toContain('by a new connection: ssh may change');
    expect(confirmOf(await must('deploy', 'open', '--json'))).toMatchObject({
      status: 'OK',
      text: 'over a new connection',
    });
  });

  it('is undone where it locks people out', async () => {
    const keys = join(sshd.folder, 'authorized_keys');
    const before = await readFile(keys, 'utf8');
    const deploy = await run(['deploy', 'shut', '--json']);
    expect(deploy.code).toBe(1);
    expect(confirmOf(deploy)).toMatchObject({ status: 'FAILED' });
    expect(String(confirmOf(deploy)?.text)).toMatch(/can't be reached any more: .*[Pp]ermission denied/s);
    expect(jsonLinesOf(deploy).at(-1)).toMatchObject({ nodes: [{ outcome: 'undone' }] });
    expect(await readFile(keys, 'utf8')).toBe(before);
    expect(await statusOf('shut')).toMatchObject({ reachable: true, release: null, change: null });
  });
});
