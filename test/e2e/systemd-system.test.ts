import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { underClients } from './clients-on-node.ts';
import { onMachines } from './on-machines.ts';
import { makeProject, type Project, releaseOn } from './project.ts';
import { stopOn } from './stop-on.ts';
import { answerAtOnce, setSudoers } from './sudoers.ts';

/**
 * Units of the machine's own manager. bookworm: sudo asks for a password, processes run as an account of their own.
 * trixie: one rule without a password, and processes of the deploying user.
 */
const port = 8765;
const password = 'a pass "word"';
const poll = { timeout: 60_000, interval: 500 };
const UNIT = 'conc-srv-shop-web@1.service';
/** Once the job `restart` has ended a process: BEFORE is its pid, FIRST what root does before the agent is killed. */
const KILL_AGENT = `import json, os, subprocess, sys, time
limit = time.monotonic() + 120
while subprocess.check_output(["systemctl", "show", "-P", "MainPID", "${UNIT}"]).strip() == b"BEFORE":
    if time.monotonic() > limit:
        sys.exit("the job restart did not come")
    time.sleep(0.05)
pid = json.load(open("/srv/shop/change/lock"))["pid"]
FIRST
os.kill(pid, 9)`;
const DROP_RULES = 'import contextlib\nimport os\nwith contextlib.suppress(OSError): os.remove("/etc/sudoers.d/rules")';
let shop: Project;
let bookworm: TestNode;
let trixie: TestNode;

beforeAll(async () => {
  [shop, bookworm, trixie] = await Promise.all([
    makeProject(),
    startNode({ suite: 'bookworm', name: 'bookworm', sudo: password }),
    startNode({ suite: 'trixie', name: 'trixie' }),
  ]);
  await answerAtOnce(bookworm);
  for (const node of [bookworm, trixie]) await node.exec(['install', '-d', '-o', node.user, '/srv/shop']);
  await shop.configure((ini) =>
    onMachines(ini, port, [bookworm, trixie], (node) => ({
      name: node.suite,
      keys: node === bookworm ? ['service.user = teashop'] : [],
    }))
      .replaceAll('root = ~/shop', 'root = /srv/shop')
      .replace(
        'service = supervisord',
        'service = systemd\nservice.scope = system\nprocess.web.ready = notify\nhealth.tries = 1',
      ),
  );
  await shop.must('check', '@all', '--record');
  await shop.must('lock');
  await shop.must('build');
});
afterAll(async () => {
  await Promise.all([bookworm, trixie].map((node) => node?.stop()));
  await shop?.[Symbol.asyncDispose]();
});

const asked = (...args: string[]): Promise<Run> =>
  shop.conc([...args, '--sudo-password-fd', '3'], { third: `${password}\n` });
const well = async (run: Promise<Run>): Promise<Run> => {
  const result = await run;
  if (result.code !== 0) throw new Error(`${result.code}\n${result.stdout}${result.stderr}`);
  return result;
};
const on = async (node: TestNode, ...argv: string[]): Promise<string> => (await node.exec(argv)).stdout.trim();
const versionOn = async (node: TestNode): Promise<string> => releaseOn((await node.fetch('/', port)).body).version;
const statusOf = async (node: TestNode) =>
  JSON.parse((await shop.must('status', node.suite, '--json')).stdout).nodes[0];
const told = (lines: readonly Record<string, unknown>[], name: string): string =>
  String(lines.find(({ event, job }) => event === 'done' && job === name)?.text);
const becomes = async (release: '2' | '3'): Promise<void> => {
  await shop.becomes(release);
  await shop.must('build');
};

/** Its agent, in the middle of the job `restart`; `first`: Python that root runs on the node when the change begins, and then. */
async function deployAndKill(node: TestNode, first = ''): Promise<void> {
  const before = await on(node, 'systemctl', 'show', '-P', 'MainPID', UNIT);
  const killing = node.exec(['python3', '-c', KILL_AGENT.replace('BEFORE', before).replace('FIRST', first)]);
  let begun: Promise<unknown> | undefined;
  const run = await shop.conc(
    ['deploy', node.suite, '--json', ...(node === bookworm ? ['--sudo-password-fd', '3'] : [])],
    {
      ...(node === bookworm ? { third: `${password}\n` } : {}),
      onOut: (text) => {
        if (text.includes('"event":"start","job":"deliver"')) begun ??= node.exec(['python3', '-c', first]);
      },
    },
  );
  await Promise.all([killing, begun]);
  expect(run.code).toBe(1);
}

describe('service.scope = system', () => {
  it('says what is missing, and what sudo has to allow, before anything is done', async () => {
    const deploy = await asked('deploy', 'bookworm');
    expect([deploy.code, deploy.stderr]).toEqual([3, expect.stringContaining('there is no account teashop')]);
    await bookworm.exec(['useradd', '--system', 'teashop']);
    const plan = await shop.must('plan', 'bookworm', '--by-hand');
    expect(plan.stdout).toContain(`sudo systemctl restart ${UNIT}`);
    expect((await shop.must('plan', 'bookworm')).stdout).toMatch(/restart +\[sudo\] starts web ×2/);
    const { stdout: rules } = await shop.must('check', '--sudoers', 'trixie');
    expect(rules).toMatch(/ALL=\(root\) \/usr\/local\/lib\/conc\/place units, \\\n +\/usr\/bin\/install -D -o root/);
    await setSudoers(trixie, rules.replace('(root) ', '(root) NOPASSWD: '));
  });

  it('is deployed with the password, or without where one rule says so', async () => {
    await well(asked('deploy', 'bookworm'));
    await shop.must('deploy', 'trixie');
    const { stdout: least } = await shop.must('check', '--sudoers', 'trixie');
    expect(least).toContain('deploy ALL=(root) /usr/local/lib/conc/place units\n');
    await setSudoers(trixie, least.replace('(root) ', '(root) NOPASSWD: '));
    for (const node of [bookworm, trixie]) expect(await versionOn(node)).toBe('1.0.0');
  });

  it('runs as the account that it is to run as, hardened, from units that are root’s', async () => {
    for (const [node, user] of [
      [bookworm, 'teashop'],
      [trixie, 'deploy'],
    ] as const) {
      expect(await on(node, 'stat', '-c', '%a %U', `/etc/systemd/system/conc-srv-shop-web@.service`)).toBe('644 root');
      const pid = await on(node, 'systemctl', 'show', '-P', 'MainPID', UNIT);
      expect(await on(node, 'stat', '-c', '%U', `/proc/${pid}`)).toBe(user);
      expect(await on(node, 'cat', `/proc/${pid}/status`)).toMatch(/CapBnd:\t0+\n[\s\S]*NoNewPrivs:\t1/);
      const { processes, release } = await statusOf(node);
      expect(processes).toMatchObject([
        { name: 'web@1', state: 'RUNNING', release: release.id },
        { name: 'web@2', state: 'RUNNING', release: release.id },
      ]);
    }
    expect((await shop.must('logs', '@web', 'web', '-n', '3')).stdout).toMatch(/^bookworm web_1 +\| \[.*\[INFO\]/m);
  });

  it('changes releases, back and forth, without a failed request, and nothing where it runs', async () => {
    await becomes('2');
    const seen = await underClients(trixie, port, async () => {
      await shop.must('deploy', 'trixie');
      await shop.must('rollback', 'trixie');
      await shop.must('deploy', 'trixie');
    });
    expect(seen.failed).toEqual([]);
    expect(seen.answered).toBeGreaterThan(100);
    await well(asked('deploy', 'bookworm'));
    for (const node of [bookworm, trixie]) expect(await versionOn(node)).toBe('2.0.0');
    expect((await asked('deploy', 'bookworm')).stderr).toContain('already: nothing was changed');
  });

  it('undoes a release that is not well', async () => {
    await becomes('3');
    for (const broken of [await asked('deploy', 'bookworm', '--json'), await shop.conc(['deploy', 'trixie', '--json'])])
      expect(jsonLinesOf(broken).at(-1)).toMatchObject({ nodes: [{ outcome: 'undone' }] });
    for (const node of [bookworm, trixie]) expect(await versionOn(node)).toBe('2.0.0');
    await becomes('2');
  });

  it('is undone by the guard where the agent is killed in the middle; held where that needs a password', async () => {
    await shop.configure((ini) =>
      `${ini}\n[group other]\nleaves = green\n`.replace(/groups = web\n/g, 'groups = web, other\n'),
    );
    await deployAndKill(trixie);
    await expect.poll(async () => (await statusOf(trixie)).change, poll).toBeNull();
    expect(await statusOf(trixie)).toMatchObject({ guarded: { kind: 'deploy' }, release: { proven: true } });
    await deployAndKill(bookworm);
    await expect.poll(async () => (await statusOf(bookworm)).change?.state, poll).toBe('halted');
    expect((await shop.must('status', 'bookworm')).stdout).toContain('a password is required');
    const without = await shop.conc(['abandon', 'bookworm']);
    expect([without.code, without.stderr]).toEqual([3, expect.stringContaining('password of deploy is needed')]);
    await well(asked('abandon', 'bookworm'));
    for (const node of [bookworm, trixie]) {
      const { release, processes } = await statusOf(node);
      expect(processes.map((each: { release: string }) => each.release)).toEqual([release.id, release.id]);
    }
  });

  it('is undone by the guard without sudo too, where processes are the deploying user’s own', async () => {
    const rules = await on(trixie, 'cat', '/etc/sudoers.d/rules');
    await shop.configure((ini) => ini.replace('leaves = green', 'leaves = black'));
    await deployAndKill(trixie, DROP_RULES);
    await expect.poll(async () => (await statusOf(trixie)).change, poll).toBeNull();
    const { release, processes, guarded } = await statusOf(trixie);
    expect(guarded.release).not.toBe(release.id);
    expect(processes).toMatchObject([
      { state: 'RUNNING', release: release.id },
      { state: 'RUNNING', release: release.id },
    ]);
    await setSudoers(trixie, rules);
  });

  it('hands an account of its own the secrets of the release that it runs', async () => {
    const set = (value: string): Promise<Run> =>
      well(
        shop.conc(['env', 'set', 'bookworm', 'TEA_TOKEN', '--stdin', '--sudo-password-fd', '3'], {
          input: value,
          third: `${password}\n`,
        }),
      );
    const token = async (): Promise<string | undefined> => {
      const pid = await on(bookworm, 'systemctl', 'show', '-P', 'MainPID', UNIT);
      return /TEA_TOKEN=(\w+)/.exec(await on(bookworm, 'cat', `/proc/${pid}/environ`))?.[1];
    };
    const copies = (): Promise<string> => on(bookworm, 'ls', '/var/lib/conc/env/srv-shop');
    await set('firstvalue');
    expect(await token()).toBe('firstvalue');
    await set('secondvalue');
    expect([await token(), await copies()]).toEqual(['secondvalue', '1.json\n2.json']);
    expect(await on(bookworm, 'stat', '-c', '%a %U', '/var/lib/conc/env/srv-shop/1.json')).toBe('600 root');
    await well(asked('rollback', 'bookworm'));
    expect([await token(), await copies()]).toEqual(['firstvalue', '1.json\n2.json']);
    await shop.must('check', 'bookworm', '--drift');
    await shop.configure((ini) => ini.replace('[node bookworm]', '[node bookworm]\nkeep = 0'));
    await set('thirdvalue');
    // Of the release before, which the switch may still go back to, and of this one.
    expect([await token(), await copies()]).toEqual(['thirdvalue', '1.json\n3.json']);
  });

  it('lets a worker of another account drain beside its successor, and spares its release', async () => {
    const worker = [
      'told = []',
      'signal.signal(15, lambda *_: told.append(1))',
      "ended = lambda: bool(told) and os.path.exists('/srv/shop/shared/ground')",
      '[time.sleep(0.05) for _ in iter(ended, True)]',
    ];
    const keys = [
      `process.worker.command = python -c "import os, signal, time; ${worker.join('; ')}"`,
      'process.worker.drain = yes\nprocess.worker.stop_timeout = 120',
    ];
    await shop.configure((ini) => ini.replace('[node bookworm]', `[node bookworm]\n${keys.join('\n')}`));
    const workers = async () =>
      (await statusOf(bookworm)).processes
        .filter(({ name }: { name: string }) => name.startsWith('worker'))
        .map(({ name, state, release }: Record<string, string>) => `${name} ${state} ${release}`);
    await well(asked('deploy', 'bookworm'));
    const first = (await statusOf(bookworm)).release.id;
    expect(await workers()).toEqual([`worker@1 RUNNING ${first}`]);
    await shop.configure((ini) => ini.replace('[node bookworm]', '[node bookworm]\ntint = red'));
    const lines = jsonLinesOf(await well(asked('deploy', 'bookworm', '--json')));
    const second = (await statusOf(bookworm)).release.id;
    expect(told(lines, 'restart')).toMatch(new RegExp(`pid \\d+ of ${first} drains`));
    expect(told(lines, 'health')).toMatch(new RegExp(`draining: worker@1, pid \\d+, runs ${first} since`));
    expect(await workers()).toEqual([`worker@1 STOPPING ${first}`, `worker@2 RUNNING ${second}`]);
    expect(await on(bookworm, 'ls', '/srv/shop/releases')).toContain(first);
    await bookworm.exec(['touch', '/srv/shop/shared/ground'], { as: 'user' });
    await expect.poll(workers, poll).toEqual([`worker@2 RUNNING ${second}`]);
  });

  it('finds an old process of another account that answers beside the new ones', async () => {
    const left = [
      '[Unit]\nRequires=conc-srv-shop-web.socket\nAfter=conc-srv-shop-web.socket',
      '[Service]\nType=notify\nUser=teashop\nLoadCredential=env:/var/lib/conc/env/srv-shop\nSockets=conc-srv-shop-web.socket\nExecStart=/srv/shop/bin/web\n',
    ];
    const start = 'cat >/etc/systemd/system/left.service && systemctl daemon-reload && systemctl start left';
    await bookworm.exec(['sh', '-c', start], { input: left.join('\n') });
    const old = (await statusOf(bookworm)).release.id;
    const pid = await on(bookworm, 'systemctl', 'show', '-P', 'MainPID', 'left');
    await shop.configure((ini) => ini.replace('tint = red', 'tint = blue'));
    // The undo starts a worker beside the one of this very release that still ends.
    await bookworm.exec(['rm', '/srv/shop/shared/ground']);
    const deploy = await asked('deploy', 'bookworm', '--json');
    expect(deploy.code).toBe(1);
    expect(told(jsonLinesOf(deploy), 'health')).toMatch(
      new RegExp(`^pid ${pid} \\(.*\\) runs ${old} since .* was left by`),
    );
    expect((await statusOf(bookworm)).release.id).toBe(old);
    expect((await statusOf(bookworm)).change).toBeNull();
    await bookworm.exec(['touch', '/srv/shop/shared/ground'], { as: 'user' });
    await bookworm.exec(['sh', '-c', 'systemctl stop left && rm /etc/systemd/system/left.service']);
    await well(asked('deploy', 'bookworm'));
  });

  it('serves again after a reboot', async () => {
    const before = (await statusOf(bookworm)).processes.map(({ name }: { name: string }) => name);
    await Promise.all([bookworm, trixie].map((node) => node.restart()));
    for (const node of [bookworm, trixie]) await expect.poll(() => versionOn(node).catch(() => ''), poll).toBe('2.0.0');
    // Of a worker that drains the one whose turn it is.
    expect((await statusOf(bookworm)).processes.map(({ name }: { name: string }) => name)).toEqual(before);
  });

  it('says beforehand that another socket drops connections; a unix one is for everybody on the machine', async () => {
    await shop.configure((ini) =>
      ini
        .replace(`listen = 127.0.0.1:${port}`, 'listen = unix:/run/conc/srv/shop/web.sock')
        .replace('process.web.count = 2', 'process.web.count = 1'),
    );
    const { stdout } = await shop.must('plan', 'trixie');
    expect(stdout).toContain(
      `connections drop: web listens at 127.0.0.1:${port} now, and then at unix:/run/conc/srv/shop/web.sock`,
    );
    await shop.must('deploy', 'trixie');
    const ask = 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/conc/srv/shop/web.sock")';
    await trixie.exec(['setpriv', '--reuid=www-data', '--regid=www-data', '--clear-groups', 'python3', '-c', ask]);
    expect((await statusOf(trixie)).processes.map(({ name }: { name: string }) => name)).toEqual(['web@1']);
  });

  it('is not root for who may run the program: nor to other roots, nor as root', async () => {
    const process = { name: 'x', count: 1, listen: null, ready: 'exec', stopTimeout: 1, user: 'deploy' };
    const place = async (order: object): Promise<string> => {
      const input = `conc-place 1\n${JSON.stringify({ do: 'units', order: { kind: 'systemd', act: 'place', ...order } })}`;
      const argv = ['sudo', '-n', '/usr/local/lib/conc/place', 'units'];
      return (await trixie.exec(argv, { as: 'user', input })).stdout;
    };
    expect(await place({ root: '/srv/shop', processes: [{ ...process, user: 'root' }] })).toContain('root is root');
    expect(await place({ root: '/etc', processes: [process] })).toContain('/etc does not belong to who asks');
    expect(await place({ root: '/srv/shop', act: 'start', unit: 'ssh.service' })).toContain('is no unit of /srv/shop');
    const etc = await trixie.exec(['sudo', '-n', '/usr/local/lib/conc/place'], { as: 'user', check: false });
    expect(etc.exit).not.toBe(0);
  });

  it('leaves nothing behind where it is ended', async () => {
    expect(await stopOn(shop, trixie)).toBe('2 units are stopped and removed');
    expect(
      (await trixie.exec(['sh', '-c', 'ls /etc/systemd/system/conc-* /etc/systemd/system/*/conc-*'], { check: false }))
        .stdout,
    ).toBe('');
    expect((await trixie.exec(['pgrep', '-f', '/srv/shop/releases'], { check: false })).stdout).toBe('');
  });
});
