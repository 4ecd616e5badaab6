import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../nodes/node.ts';
import type { Run } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';
import { answerAtOnce, nodeSection } from './sudoers.ts';

/**
 * Programs of the machine, asked beforehand and told afterwards: real ones, on booted machines, by sudo with a password.
 * On bookworm apache2 and supervisor too; on trixie units of the machine, and sudo-rs at the end.
 */
const password = 'a pass "word"';
/** cron looks once a minute. */
const aMinute = { timeout: 75_000, interval: 1000 };
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
    nodeSection(node, node.suite, ['groups = web, served']).replace('~/kettle', '~/urn');
  await urn.configure((ini) => `${ini}${web}\n${[bookworm, trixie].map(section).join('\n\n')}\n`);
  await rm(join(urn.folder, 'etc'), { recursive: true });
  await urn.must('check', '@all', '--record');
  await urn.must('lock');
});
afterAll(async () => {
  await urn[Symbol.asyncDispose]();
  await Promise.all(Object.values(machines).map((node) => node.stop()));
});

const web = `
[group served]
nginx.sites = urn
cron.tick.when = * * * * *
cron.tick.command = sh -c 'echo $$CONC_PROCESS of $$CONC_RELEASE'
`;
const site = (word: string, port = 8080): string => `server { listen ${port}; location / { return 200 "${word}"; } }\n`;
const place = async (path: string, text: string): Promise<void> => {
  const file = join(urn.folder, 'etc', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
};
const gone = (path: string): Promise<void> => rm(join(urn.folder, 'etc', path), { recursive: true });
const say = (node: TestNode, ...args: string[]): Promise<Run> =>
  urn.conc([...args.slice(0, 1), node.suite, ...args.slice(1), '--sudo-password-fd', '3'], { third: `${password}\n` });
const deploy = async (node: TestNode, ...args: string[]): Promise<Run> => {
  await urn.must('build');
  return say(node, 'deploy', ...args);
};
const on = async (node: TestNode, script: string): Promise<string> =>
  (await node.exec(['sh', '-c', script], { check: false })).stdout.trim();
const crontab = (node: TestNode): Promise<string> => on(node, `crontab -l -u ${node.user}`);
const FOREIGN = '# mine\n5 5 * * * true  # keep\n';

describe.each(['bookworm', 'trixie'] as const)('nginx and cron on %s', (suite) => {
  const node = (): TestNode => machines[suite];

  it('the plan shows the links and the lines of the crontab', async () => {
    await place('nginx/sites-available/urn', site('one'));
    await urn.must('build');
    await node().exec(['crontab', '-u', node().user, '-'], { input: FOREIGN });
    const { stdout } = await urn.must('plan', suite, '--diff');
    expect(stdout).toMatch(/adds \/etc\/nginx\/sites-enabled\/urn: a link to \.\.\/sites-available\/urn/);
    expect(stdout).toMatch(/adds the user's crontab[\s\S]*\+\* \* \* \* \* \/home\/deploy\/urn\/bin\/cron-tick >>/);
  });

  it('nginx serves what was placed, once the job is over; the crontab has its lines, and what was there', async () => {
    const first = await deploy(node());
    expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/etc +OK.*placed.*nginx reloaded/) });
    expect(await node().fetch('/', 8080)).toMatchObject({ status: 200, body: 'one' });
    expect(await crontab(node())).toMatch(/^# mine\n5 5 \* \* \* true {2}# keep\n# conc \/home\/deploy\/urn: /);
  });

  it('a file that nginx will not have is caught before anything is placed, in its own words', async () => {
    await place('nginx/sites-available/urn', 'server { lisen 8080; }\n');
    await place('urn.motd', 'never\n');
    const faulty = await deploy(node());
    expect(faulty.code).toBe(1);
    expect(faulty.stderr).toMatch(/unknown directive "lisen" in \/etc\/nginx\/sites-enabled\/urn:1/);
    expect(faulty.stderr).toMatch(/undo +OK/);
    expect(await on(node(), 'ls /etc/urn.motd; cat /etc/nginx/sites-available/urn')).toBe(site('one').trim());
    await gone('urn.motd');
  });

  it('lines of the crontab that someone changed are kept, until a person says so', async () => {
    await place('nginx/sites-available/urn', site('two'));
    await on(node(), `crontab -l -u ${node().user} | sed 's/^\\* \\* /*\\/2 * /' | crontab -u ${node().user} -`);
    const blocked = await deploy(node());
    expect([blocked.code, blocked.stderr]).toEqual([3, expect.stringContaining("the user's crontab (@crontab) was")]);
    expect(await deploy(node(), '--overwrite', '@crontab')).toMatchObject({ code: 0 });
    expect(await crontab(node())).toMatch(/# keep\n# conc.*\n\* \* \* \* \* \/home/);
    expect(await node().fetch('/', 8080)).toMatchObject({ body: 'two' });
  });
});

describe('apache2 and supervisor on bookworm', () => {
  const node = (): TestNode => machines.bookworm;
  const apache = 'apache2.sites = urn\napache2.modules = proxy, proxy_http\n';

  it('a module that the machine lacks is told before anything is placed', async () => {
    await place('apache2/sites-available/urn.conf', proxied);
    const keys = apache.replace('proxy_http', 'proxy_http, nonesuch');
    await urn.configure((ini) => ini.replace('[node bookworm]\n', `$&${keys}`));
    const blocked = await deploy(node());
    expect([blocked.code, blocked.stderr]).toEqual([
      3,
      expect.stringMatching(/mods-enabled\/nonesuch\.load would lead to apache2\/mods-available\/nonesuch\.load/),
    ]);
    await urn.configure((ini) => ini.replace(', nonesuch', ''));
  });

  it('one that lacks another module is told by apache itself', async () => {
    await urn.configure((ini) => ini.replace('proxy, proxy_http', 'proxy_http'));
    const faulty = await deploy(node());
    expect([faulty.code, faulty.stderr]).toEqual([1, expect.stringMatching(/etc +FAILED[\s\S]*proxy_http/)]);
    await urn.configure((ini) => ini.replace('modules = proxy_http', 'modules = proxy, proxy_http'));
  });

  it('mod_proxy serves what nginx has, and the program that supervisor has been given runs', async () => {
    await place('supervisor/conf.d/urn.conf', '[program:urn]\ncommand=/bin/sleep 1000000\n');
    const done = await deploy(node());
    expect(done).toMatchObject({ code: 0, stderr: expect.stringMatching(/supervisor updated; apache2 reloaded/) });
    expect(await node().fetch('/', 8088)).toMatchObject({ status: 200, body: 'two' });
    expect(await on(node(), 'ls /etc/apache2/mods-enabled | grep proxy')).toBe(
      'proxy.conf\nproxy.load\nproxy_http.load',
    );
    await expect.poll(() => on(node(), 'supervisorctl status urn'), aMinute).toContain('RUNNING');
  });

  it('a file that supervisor will not have is caught before anything is placed', async () => {
    await place('supervisor/conf.d/urn.conf', '[program:urn]\nautostart=perhaps\n');
    const faulty = await deploy(node());
    expect([faulty.code, faulty.stderr]).toEqual([1, expect.stringMatching(/etc +FAILED[\s\S]*program:urn/)]);
    expect(await on(node(), 'supervisorctl status urn')).toContain('RUNNING');
    await gone('supervisor');
  });

  it('a rollback takes back what was enabled, and tells them', async () => {
    const back = await say(node(), 'rollback');
    expect(back).toMatchObject({ code: 0, stderr: expect.stringMatching(/etc +OK.*removed.*apache2 reloaded/) });
    expect(await on(node(), 'ls /etc/apache2/mods-enabled | grep proxy; supervisorctl status')).toBe('');
    await gone('apache2');
    await urn.configure((ini) => ini.replace(apache, ''));
  });
});

const proxied = '<VirtualHost *:8088>\n  ProxyPass / http://127.0.0.1:8080/\n</VirtualHost>\n';

describe('units of the machine on trixie', () => {
  const node = (): TestNode => machines.trixie;
  const service = '[Service]\nType=oneshot\nUser=daemon\nExecStart=/bin/true\n';

  it('what systemd would pass over in silence is a fault', async () => {
    await place('systemd/system/urn.service', `${service}ExecStrat=/bin/true\n`.replace('daemon', 'nobody-here'));
    const faulty = await deploy(node());
    expect(faulty.code).toBe(1);
    expect(faulty.stderr).toMatch(/urn\.service: User=nobody-here: there is no such user here/);
    expect(faulty.stderr).toMatch(/urn\.service:5: Unknown key.*ExecStrat/);
    expect(await on(node(), 'ls /etc/systemd/system | grep urn')).toBe('');
  });

  it('a timer is enabled and runs; out of the tree it is stopped, and nothing of it is left', async () => {
    await place('systemd/system/urn.service', service);
    await place('systemd/system/urn.timer', '[Timer]\nOnCalendar=hourly\n[Install]\nWantedBy=timers.target\n');
    expect(await deploy(node())).toMatchObject({ code: 0, stderr: expect.stringContaining('urn.timer restarted') });
    expect(await on(node(), 'systemctl is-enabled urn.timer; systemctl is-active urn.timer')).toBe('enabled\nactive');
    await gone('systemd');
    expect(await deploy(node())).toMatchObject({ code: 0, stderr: expect.stringContaining('urn.timer stopped') });
    expect(await on(node(), 'find /etc/systemd -name "urn.*"; systemctl is-active urn.timer')).toBe('inactive');
  });

  it('a reload that nginx did not take up is seen: it goes on with what it had, and that is put back', async () => {
    await on(node(), 'systemd-run --unit=squatter /usr/bin/python3 -m http.server 8090');
    await place('nginx/sites-available/urn', site('three', 8090));
    const failed = await deploy(node());
    expect([failed.code, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/has no new worker[\s\S]*8090 failed \(98: Address already in use\)[\s\S]*undo +OK/),
    ]);
    expect(await node().fetch('/', 8080)).toMatchObject({ body: 'two' });
    await on(node(), 'systemctl stop squatter');
    await place('nginx/sites-available/urn', site('two'));
  });

  it('is all the same with sudo-rs', async () => {
    await node().exec(['mv', '/usr/bin/sudo', '/usr/bin/not-sudo']);
    await place('nginx/sites-available/urn', site('by sudo-rs'));
    expect(await deploy(node())).toMatchObject({ code: 0, stderr: expect.stringContaining('nginx reloaded') });
    expect(await node().fetch('/', 8080)).toMatchObject({ body: 'by sudo-rs' });
  });
});

it('cron has run it, of the release that serves', async () => {
  const log = (node: TestNode): Promise<string> => on(node, `cat /home/${node.user}/urn/shared/log/cron-tick.log`);
  for (const node of Object.values(machines))
    await expect.poll(() => log(node), aMinute).toMatch(/^cron-tick of r[0-9]+-[0-9a-f]{8}$/m);
});
