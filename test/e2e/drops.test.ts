import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conc, jsonLinesOf, type Run, type RunOptions } from '../support/conc.ts';
import { type Relay, relayBy } from '../support/relay.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { whileThere } from '../support/while-there.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let sshd: Sshd;
let relay: Relay;

/** What each node's long job is, and how the node is reached. */
const nodes = {
  frozen: ['steep', 'ssh'],
  stopped: ['sip', 'ssh'],
  cut: ['steep', 'ssh'],
  slow: ['steep', 'ssh'],
  watched: ['steep', 'popen'],
  held: ['steep', 'popen'],
  trial: ['nothing', 'popen'],
  once: ['steep', 'popen'],
  twice: ['steep', 'popen'],
  thrice: ['steep', 'popen'],
  sigterm: ['steep', 'popen'],
  sighup: ['steep', 'popen'],
} as const;
type Node = keyof typeof nodes;
/** The one that is to be killed; 0: it was. */
let controller = 0;

/** Health of `trial` is not known while it is there. */
const hold = (): string => join(folder, '.conc/hold');

const rootOf = (node: Node): string => join(folder, '.conc/nodes', node);

const run = (args: readonly string[], options?: RunOptions): Promise<Run> => {
  const env = { PATH: `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}` };
  return conc(args, { cwd: folder, env, ...options });
};

async function must(...args: string[]): Promise<Run> {
  const result = await run(args);
  if (result.code !== 0) throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
  return result;
}

const bySsh = (): string =>
  [
    `gateway = ssh\nsshd.ip = ${sshd.ssh.host}\nsshd.port = ${sshd.port}\nadmin = ${sshd.ssh.user ?? ''}`,
    `sshd.key = ${sshd.ssh.key ?? ''}\nsshd.config = /dev/null\nlink.ping = 0.5\nlink.lost = 5`,
    `sshd.options =\n  UserKnownHostsFile=${sshd.knownHosts}\n  ${relay.option}`,
  ].join('\n');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-drops-'));
  sshd = await startSshd();
  await cp(join(house, 'test/e2e/tea'), folder, { recursive: true });
  await mkdir(join(folder, '.conc'));
  relay = relayBy(join(folder, '.conc/link'));
  await writeFile(
    join(folder, 'conc.ini'),
    [
      '[DEFAULT]\napp = tea\npython = /usr/bin/python3\ndevops.jobs = tea.devops.jobs:long\n',
      ...Object.entries(nodes).map(
        ([name, [waits, gateway]]) =>
          `[node ${name}]\nroot = ${join(folder, '.conc/nodes', name)}\nwaits = ${waits}\n${gateway === 'ssh' ? bySsh() : 'gateway = popen'}\n${name === 'trial' ? `health.timeout = 120\nhealth.command = ${whileThere(hold())}\n` : ''}`,
      ),
    ].join('\n'),
  );
  await must('lock');
  await must('build');
});
afterAll(async () => {
  await sshd.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Begun {
  readonly conc: number;
  readonly job: readonly number[];
  /** Until conc has told that it heard a signal. */
  readonly asked: () => Promise<unknown>;
}

/** Runs conc, and calls back once the long job has begun, with its processes and conc's own. */
async function during(
  args: readonly string[],
  act: (begun: Begun) => void | Promise<void>,
): Promise<Run & { readonly job: readonly number[] }> {
  let conc: number | undefined;
  let job: readonly number[] | undefined;
  let acted: unknown;
  let said = '';
  const asked = (): Promise<unknown> =>
    until(
      () => said,
      (text) => text.includes('"event":"asked"'),
    );
  const result = await run([...args, '--json'], {
    started: ({ pid }) => {
      conc = pid;
    },
    onOut: (text) => {
      said = text;
      const [, own, child] = /"message":"waits (\d+) (\d+)"/.exec(text) ?? [];
      if (job !== undefined || conc === undefined || own === undefined) return;
      job = [Number(own), Number(child)];
      acted = act({ conc, job, asked });
    },
  });
  await acted;
  if (job === undefined) throw new Error(`the long job did not begin\n${result.stdout}${result.stderr}`);
  return { ...result, job };
}

const changeOf = async (node: Node) => JSON.parse((await must('status', node, '--json')).stdout).nodes[0].change;

async function until<Value>(look: () => Value | Promise<Value>, fits: (value: Value) => boolean): Promise<Value> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const value = await look();
    if (fits(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come to that in 120 s');
}

const ready = (node: Node): Promise<void> => writeFile(join(rootOf(node), 'ready'), '');

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const allGone = (pids: readonly number[]): Promise<boolean> =>
  until(
    () => pids.some(isAlive),
    (alive) => !alive,
  ).then(() => true);

/** conc's own ssh, by the line of its arguments. */
function sshOf(conc: number): number {
  const found = readdirSync('/proc').find((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return stat.includes('(ssh)') && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === conc;
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`conc ${conc} has no ssh`);
  return Number(found);
}

const jobsOf = (result: Run, event: string): unknown[] =>
  jsonLinesOf(result)
    .filter((line) => line.event === event)
    .map(({ job }) => job);
const endOf = (result: Run): Record<string, unknown> => jsonLinesOf(result).find(({ event }) => event === 'node') ?? {};

describe('a link that forwards nothing any more, and stays open', () => {
  it('is noticed on both ends; continue goes along with the job that is done to its end, and then on', async () => {
    const dropped = await during(['deploy', 'frozen'], () => relay.becomes('freeze'));
    expect(dropped.code).toBe(1);
    expect(endOf(dropped)).toMatchObject({
      outcome: 'lost',
      hint: expect.stringContaining('conc continue frozen'),
      error: {
        code: 'gateway.lost',
        message: 'the connection to frozen was lost: nothing was heard for 5 s',
        state: 'job 5, steep, was running: frozen does it to its end, and then halts. Nothing that serves was touched',
      },
    });
    relay.becomes('pass');
    const alone = await until(
      () => changeOf('frozen'),
      (change) => change.controller === 'lost',
    );
    expect(alone).toMatchObject({ state: 'running', job: 'steep' });
    expect(dropped.job.map(isAlive)).toEqual([true, true]);

    const joined = await during(['continue', 'frozen'], () => ready('frozen'));
    expect(joined.code).toBe(0);
    expect(jsonLinesOf(joined)[0]).toMatchObject({
      event: 'former',
      text: expect.stringMatching(/lost its controller \d+ s ago at job 5 of 11, steep/),
    });
    expect(jobsOf(joined, 'done')).toEqual(['steep', 'sip', 'switch', 'restart', 'health', 'confirm', 'prune']);
    expect(joined.stdout).toContain('has waited');
    expect(endOf(joined)).toMatchObject({ outcome: 'proven' });
    expect(await allGone(dropped.job)).toBe(true);
  });
});

describe('an ssh that stands still', () => {
  it('is noticed on both ends; a job that does not want to go on without a link is ended, with all that it started', async () => {
    let ssh = 0;
    const dropped = await during(['deploy', 'stopped'], (pids) => {
      ssh = sshOf(pids.conc);
      process.kill(ssh, 'SIGSTOP');
    });
    expect(dropped.code).toBe(1);
    expect(endOf(dropped).error).toMatchObject({
      state: 'job 6, sip, was running: stopped ends it, as it is declared, and halts. Nothing that serves was touched',
    });
    expect(await allGone([ssh, ...dropped.job])).toBe(true);
    expect(
      await until(
        () => changeOf('stopped'),
        ({ state }) => state !== 'running',
      ),
    ).toMatchObject({ state: 'halted', job: 'sip' });
    const held = await run(['continue', 'stopped']);
    expect([held.code, held.stderr]).toEqual([4, expect.stringContaining('--again sip')]);
    await ready('stopped');
    await must('continue', 'stopped', '--again', 'sip');
  });
});

describe('a link that is slow', () => {
  it('is no lost one, however long a job has nothing to say', async () => {
    relay.becomes('delay 0.1');
    const deployed = await during(['deploy', 'slow'], async () => {
      // Longer than a silent link is waited for.
      await new Promise((resolve) => setTimeout(resolve, 6000));
      await ready('slow');
    });
    relay.becomes('pass');
    expect(deployed.code).toBe(0);
    expect(endOf(deployed)).toMatchObject({ outcome: 'proven' });
  });
});

describe('a link that is cut', () => {
  it('ends the deploy with what is known; the node halts after the job', async () => {
    const dropped = await during(['deploy', 'cut'], () => relay.becomes('cut'));
    relay.becomes('pass');
    expect([dropped.code, endOf(dropped).error]).toMatchObject([1, { code: 'gateway.lost' }]);
    await ready('cut');
    const halted = await until(
      () => changeOf('cut'),
      ({ state }) => state !== 'running',
    );
    expect(halted).toMatchObject({ state: 'halted', job: 'steep', controller: null });
    const told = await must('status', 'cut', '--follow');
    expect(told.stdout).toContain('the change is halted: the controller went away');
    await must('abandon', 'cut');
  });
});

describe('beside a change that runs', () => {
  it('conc status --follow shows it live, and can be left; its end is told', async () => {
    let seen: Run | undefined;
    const deployed = await during(['deploy', 'watched'], async () => {
      const left = await during(['status', 'watched', '--follow'], ({ conc: pid }) => {
        process.kill(pid, 'SIGINT');
      });
      expect(left.code).toBe(0);
      expect(await changeOf('watched')).toMatchObject({ state: 'running', controller: 'live' });
      const blocked = await run(['continue', 'watched']);
      expect([blocked.code, blocked.stderr]).toEqual([3, expect.stringContaining('conc status watched --follow')]);
      seen = await during(['status', 'watched', '--follow'], () => ready('watched'));
    });
    if (seen === undefined) throw new Error('nothing was followed');
    expect([deployed.code, seen.code]).toEqual([0, 0]);
    expect(jobsOf(seen, 'done')).toEqual(jobsOf(deployed, 'done'));
    expect(jsonLinesOf(seen).at(-1)).toMatchObject({ event: 'end', outcome: 'proven', state: null });
    expect((await must('status', 'watched', '--follow')).stdout).toContain('no change is in progress');
  });

  it('a killed controller is told as lost; a Ctrl-C while going along leaves it halted', async () => {
    const killed = await during(['deploy', 'held'], ({ conc: pid }) => {
      process.kill(pid, 'SIGKILL');
    });
    await until(
      () => changeOf('held'),
      ({ controller }) => controller === 'lost',
    );
    const status = await must('status', 'held');
    expect(status.stdout).toMatch(
      /its controller was lost \d+ s ago\n.*conc continue held .*conc status held --follow/,
    );
    const joined = await during(['continue', 'held'], async ({ conc: pid }) => {
      process.kill(pid, 'SIGINT');
      await ready('held');
    });
    expect(joined.code).toBe(4);
    expect(jobsOf(joined, 'done')).toEqual(['steep']);
    expect(await allGone(killed.job)).toBe(true);
    await must('abandon', 'held');
  });
});

describe('a controller that is lost after the switch', () => {
  it('confirms nothing: continue goes along with the undo, and tells it', async () => {
    await writeFile(hold(), '');
    await run(['deploy', 'trial', '--json'], {
      started: ({ pid }) => {
        if (pid === undefined) throw new Error('conc did not start');
        controller = pid;
      },
      onOut: (text) => {
        if (!text.includes('"event":"start","job":"health"') || controller === 0) return;
        process.kill(controller, 'SIGKILL');
        controller = 0;
      },
    });
    await until(
      () => changeOf('trial'),
      (change) => change.controller === 'lost',
    );
    let released: Promise<void> | undefined;
    const undone = await run(['continue', 'trial', '--json'], {
      onOut: (text) => {
        if (text.includes('"event":"former"')) released ??= rm(hold());
      },
    });
    await released;
    expect([undone.code, endOf(undone)]).toMatchObject([
      1,
      {
        outcome: 'undone',
        current: null,
        state: expect.stringContaining('trial: the change ended without a controller: nothing serves'),
      },
    ]);
    expect(jsonLinesOf(undone).some(({ event, status }) => event === 'undo' && status === 'OK')).toBe(true);
    expect(await changeOf('trial')).toBeNull();
  });
});

describe('signals', () => {
  it.each([
    ['once', 'SIGINT', 'Ctrl-C'],
    ['sigterm', 'SIGTERM', 'SIGTERM'],
    ['sighup', 'SIGHUP', 'SIGHUP'],
  ] as const)('%s: the running job is done to its end, then the change halts', async (node, signal, by) => {
    const halted = await during(['deploy', node], async ({ conc: pid, asked }) => {
      process.kill(pid, signal);
      await asked();
      await ready(node);
    });
    expect(halted.code).toBe(4);
    expect(jsonLinesOf(halted).find(({ event }) => event === 'asked')).toMatchObject({ what: 'halt', by });
    expect(jobsOf(halted, 'done').at(-1)).toBe('steep');
    expect(await allGone(halted.job)).toBe(true);
  });

  it('twice: the running job is ended, with all that it started', async () => {
    const ended = await during(['deploy', 'twice'], async ({ conc: pid, asked }) => {
      process.kill(pid, 'SIGINT');
      await asked();
      process.kill(pid, 'SIGINT');
    });
    expect([ended.code, endOf(ended).outcome]).toEqual([1, 'failed']);
    expect(await allGone(ended.job)).toBe(true);
    expect(await changeOf('twice')).toBeNull();
  });

  it('three times: conc leaves at once, and the node ends the job and the change by itself', async () => {
    const left = await during(['deploy', 'thrice'], ({ conc: pid }) => {
      // All at once, so that the job is not ended yet as the last is heard. Of one kind they might be taken for one.
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    });
    expect(left.code).toBe(1);
    expect(jsonLinesOf(left).flatMap(({ event, what }) => (event === 'asked' ? [what] : []))).toEqual([
      ...['halt', 'cancel', 'leave'],
    ]);
    expect(jsonLinesOf(left).some(({ event }) => event === 'node')).toBe(false);
    expect(await allGone(left.job)).toBe(true);
    expect(
      await until(
        () => changeOf('thrice'),
        (change) => change === null,
      ),
    ).toBeNull();
    expect(JSON.parse((await must('log', 'thrice', '--json')).stdout).entries).toMatchObject([{ outcome: 'failed' }]);
  });
});
