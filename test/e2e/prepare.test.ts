import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import { givePackages } from '../nodes/package-folder.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';
import { answerAtOnce } from './sudoers.ts';

/** Machines that nothing was ever deployed to: who may become root logs in by key, and nobody else is there. */
const password = 'a pass "word"';
const PACKAGE = 'urn-data';
/** Its installation waits for a file. */
const SLOW = 'urn-slow';
const port = 8099;
let bookworm: TestNode;
let trixie: TestNode;
let urn: Project;

beforeAll(async () => {
  [bookworm, trixie, urn] = await Promise.all([
    startNode({ suite: 'bookworm', name: 'web1' }),
    startNode({ suite: 'trixie', name: 'web2' }),
    makeProject('test/e2e/urn'),
  ]);
  for (const node of [bookworm, trixie]) {
    await makeBare(node);
    await answerAtOnce(node);
  }
  await rm(join(urn.folder, 'etc@here'), { recursive: true });
  await urn.configure((ini) =>
    [ini.replace(/\[node here\][\s\S]*/, ''), ...[bookworm, trixie].map(section)].join('\n'),
  );
});
afterAll(async () => {
  await Promise.all([bookworm, trixie].map((node) => node?.stop()));
  await urn?.[Symbol.asyncDispose]();
});

const section = (node: TestNode): string => `
[node ${node.host}]
groups = web
admin = urn-deploy
python = /usr/bin/python3
root = /srv/apps/urn
service = systemd
packages = ${PACKAGE}
process.web.command = python -m http.server ${port} --bind 127.0.0.1
health.url = http://127.0.0.1:${port}/
health.tries = 20
sshd.host = ${node.host}
sshd.config = ${node.sshConfig}
`;

/** Root by key alone; `boss` by key, and root by sudo with a password. */
async function makeBare(node: TestNode): Promise<void> {
  const script = `set -e
    install -d -m 700 /root/.ssh
    cp /home/deploy/.ssh/authorized_keys /root/.ssh/
    useradd --create-home --groups sudo boss
    printf '%s\\n' "$1" | chpasswd
    install -d -m 700 -o boss ~boss/.ssh
    install -m 600 -o boss /root/.ssh/authorized_keys ~boss/.ssh/
    userdel --force --remove deploy 2>/dev/null`;
  await node.exec(['sh', '-c', script, 'bare', `boss:${password}`]);
  await givePackages(node, [{ name: PACKAGE }, { name: SLOW, postinst: 'until [ -e /srv/go ]; do sleep 0.1; done' }]);
}

const needsIn = (run: Run): string[] =>
  jsonLinesOf(run).flatMap(({ event, need, state }) =>
    event === 'need' && state !== 'doing' ? [`${String(need)} ${String(state)}`] : [],
  );
const NEEDS = ['packages', 'user', 'key', 'root', 'machine', 'program', 'sudo', 'linger'];
const states = (state: string): string[] => NEEDS.map((need) => `${need} ${state}`);
const lines = async (node: TestNode, ...argv: string[]): Promise<string> => (await node.exec(argv)).stdout;

describe('a bare machine', () => {
  it('is told what it lacks, and not touched by that', async () => {
    const check = await urn.conc(['prepare', 'web1', '--check', '--login', 'root', '--json']);
    expect([check.code, needsIn(check)]).toEqual([1, [...states('lacks')]]);
    const { stdout } = await urn.conc(['prepare', 'web1', '--check', '--login', 'root']);
    expect(stdout).toMatch(
      /^web1: Debian GNU\/Linux 12 \(bookworm\)\n packages +lacks .*\n +\| not installed: urn-data\n/,
    );
    expect(stdout).toContain('web1 lacks: packages, user, key, root, machine, program, sudo, linger');
    expect((await bookworm.exec(['id', 'urn-deploy'], { check: false })).exit).toBe(1);
  });

  it('is out of reach for who is not there yet, and says what to do', async () => {
    const refused = await urn.conc(['prepare', 'web1', '--apply']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--login root') });
  });

  it('is prepared by root', async () => {
    const apply = await urn.conc(['prepare', 'web1', '--apply', '--login', 'root']);
    expect(apply).toMatchObject({ code: 0, stderr: expect.stringMatching(/ linger +done .*\nweb1 is prepared\n$/) });
    expect(await lines(bookworm, 'cat', `/usr/share/${PACKAGE}/data`)).toBe('data\n');
    expect(
      await lines(bookworm, 'stat', '-c', '%a %U:%G %n', '/srv/apps', '/srv/apps/urn', '/etc/sudoers.d/conc-urn'),
    ).toBe('755 root:root /srv/apps\n755 urn-deploy:urn-deploy /srv/apps/urn\n440 root:root /etc/sudoers.d/conc-urn\n');
    expect(await lines(bookworm, 'passwd', '-S', 'urn-deploy')).toMatch(/^urn-deploy L /);
  });

  it('is prepared by who may become root, with the password of sudo', async () => {
    const argv = ['prepare', 'web2', '--apply', '--login', 'boss', '--sudo-password-fd', '3', '--json'];
    const wrong = await urn.conc(argv, { third: 'another\n' });
    expect([wrong.code, wrong.stdout]).toEqual([3, expect.stringContaining('sudo.wrong-password')]);
    const apply = await urn.conc(argv, { third: `${password}\n` });
    expect([apply.code, needsIn(apply)]).toEqual([0, states('done')]);
    expect(jsonLinesOf(apply).at(-1)).toEqual({
      event: 'summary',
      nodes: [{ node: 'web2', outcome: 'prepared' }],
      exit: 0,
    });
    expect(apply.stdout + apply.stderr).not.toContain(password);
  });

  it('then has all, to root and to who deploys, and there is nothing more to do', async () => {
    const check = await urn.must('prepare', '@all', '--check');
    expect(check.stdout).toMatch(/web1 is as it should be\n[\s\S]*web2 is as it should be\n$/);
    // Without sudo: nothing lacks.
    expect((await urn.must('prepare', 'web2', '--apply')).stderr).toContain('nothing was changed');
    const again = await urn.must('prepare', 'web1', '--apply', '--login', 'root', '--json');
    expect(needsIn(again)).toEqual(states('there'));
    const recorded = await lines(bookworm, 'cat', '/var/lib/conc/prepared.jsonl');
    expect(
      recorded
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([expect.objectContaining({ node: 'web1', app: 'urn', user: 'urn-deploy', did: NEEDS, failed: null })]);
  });

  it('is the same to the script that is printed for root', async () => {
    const { stdout: script } = await urn.must('prepare', 'web2');
    const check = await trixie.exec(['sh', '-s', 'check'], { input: script });
    expect(check.stdout).toContain('sudo: there\n');
    expect(check.stdout).not.toContain('lacks');
    expect((await trixie.exec(['sh'], { input: script })).stdout).toBe(check.stdout);
  });

  it('is deployed to: units of the new user, and files in /etc by the one rule', async () => {
    await urn.must('check', '@all', '--record');
    await urn.must('lock');
    await urn.must('build');
    const deploy = await urn.must('deploy', '@all', '--json');
    expect(jsonLinesOf(deploy).at(-1)).toMatchObject({ exit: 0 });
    for (const node of [bookworm, trixie]) {
      expect(await lines(node, 'cat', '/etc/nginx/sites-available/urn')).toContain('listen 8080;');
      expect((await node.fetch('/', port)).status).toBe(200);
    }
    // Nothing that a deploy does makes it less prepared.
    expect((await urn.must('prepare', '@all', '--check')).code).toBe(0);
  });

  it('that lacks something again gets just that', async () => {
    await bookworm.exec(['sh', '-c', 'rm /etc/sudoers.d/conc-urn; chmod 777 /usr/local/lib/conc/place']);
    const check = await urn.conc(['prepare', 'web1', '--check', '--json']);
    expect([check.code, needsIn(check).filter((need) => need.endsWith('lacks'))]).toEqual([
      1,
      ['program lacks', 'sudo lacks'],
    ]);
    // Who deploys has no other rule of sudo.
    const refused = await urn.conc(['prepare', 'web1', '--apply']);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('--login root')]);
    const apply = await urn.must('prepare', 'web1', '--apply', '--login', 'root', '--json');
    expect(needsIn(apply).filter((need) => need.endsWith('done'))).toEqual(['program done', 'sudo done']);
  });

  it('is told of a folder that is somebody else’s, and nothing is done behind that', async () => {
    // Another application, on the same machine.
    const keys = ['app = kiln', 'service.scope = system', 'service.user = kiln-service'];
    const kiln = section(trixie)
      .replace('[node web2]', `[node kiln]\n${keys.join('\n')}`)
      .replace('apps/urn', 'kiln');
    await urn.configure((ini) => ini + kiln);
    await trixie.exec(['install', '-d', '-o', 'boss', '/srv/kiln']);
    const failed = await urn.conc(['prepare', 'kiln', '--apply', '--login', 'root']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      / root +failed .*\n +\| it belongs to boss, .*\n.*\nkiln is not prepared: root failed. Done before: account, group\./,
    );
    expect((await trixie.exec(['ls', '/etc/sudoers.d'])).stdout).not.toContain('kiln');
  });

  it('gets an account that processes run as, and folders which that reads and writes', async () => {
    await trixie.exec(['rmdir', '/srv/kiln']);
    await urn.must('prepare', 'kiln', '--apply', '--login', 'root');
    expect((await urn.must('prepare', '@all', '--check')).stdout).toContain('kiln is as it should be\n');
    expect(await lines(trixie, 'cat', '/etc/sudoers.d/conc-kiln')).toContain(
      'urn-deploy ALL=(root) NOPASSWD: /usr/local/lib/conc/place ""',
    );
    expect(await lines(trixie, 'stat', '-c', '%a %U:%G', '/srv/kiln', '/srv/kiln/shared', '/srv/kiln/shared/log')).toBe(
      '755 urn-deploy:urn-deploy\n2775 urn-deploy:kiln-service\n2775 urn-deploy:kiln-service\n',
    );
    const made = 'umask 022; mkdir /srv/kiln/releases && echo code >/srv/kiln/releases/code';
    await trixie.exec(['runuser', '-u', 'urn-deploy', '--', 'sh', '-c', made]);
    const used =
      'cat /srv/kiln/releases/code && echo data >/srv/kiln/shared/log/data && ! echo x 2>/dev/null >/srv/kiln/x && ! echo x 2>/dev/null >/srv/kiln/releases/x';
    expect(await lines(trixie, 'runuser', '-u', 'kiln-service', '--', 'sh', '-c', used)).toBe('code\n');
    expect(await lines(trixie, 'runuser', '-u', 'urn-deploy', '--', 'cat', '/srv/kiln/shared/log/data')).toBe('data\n');
  });

  it('that is left in mid-step ends that step, and does none behind it', async () => {
    await urn.configure((ini) => ini.replace(/(\[node kiln\][\s\S]*packages = )urn-data/, `$1${SLOW}`));
    await trixie.exec(['rm', '/etc/sudoers.d/conc-kiln']);
    let leave = (): void => {};
    const left = await urn.conc(['prepare', 'kiln', '--apply', '--login', 'root', '--json'], {
      started: (child) => {
        leave = () => child.kill('SIGINT');
      },
      onOut: (sofar) => {
        if (!/"packages","state":"doing"/.test(sofar)) return;
        leave();
        leave = () => {};
      },
    });
    expect([left.code, jsonLinesOf(left).at(-1)]).toMatchObject([
      1,
      {
        event: 'summary',
        nodes: [
          {
            outcome: 'error',
            error: { code: 'prepare.left', state: expect.stringContaining('packages was under way') },
          },
        ],
      },
    ]);
    await trixie.exec(['touch', '/srv/go']);
    const isRunning = async (): Promise<string> =>
      (await trixie.exec(['pgrep', '-fx', 'sh -s apply'], { check: false })).stdout;
    await expect.poll(isRunning, { timeout: 30_000, interval: 200 }).toBe('');
    const check = await urn.conc(['prepare', 'kiln', '--check', '--login', 'root', '--json']);
    expect(needsIn(check).filter((need) => !need.endsWith('there'))).toEqual(['sudo lacks']);
    await urn.must('prepare', 'kiln', '--apply', '--login', 'root');
  });

  it('that is neither Debian nor Ubuntu is left to its own means: what it needs is listed', async () => {
    // Looking takes no Python there either.
    const away = 'mv /usr/bin/apt-get /root/; mv /usr/bin/python3 /root/';
    await bookworm.exec(['sh', '-c', away]);
    const run = await urn.conc(['prepare', 'web1', '--apply', '--login', 'root']);
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringContaining('| programs: python3, sudo, systemd --user, nginx, cron'),
    ]);
    await bookworm.exec(['mv', '/root/apt-get', '/root/python3', '/usr/bin/']);
  });
});
