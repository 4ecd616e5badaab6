import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from './command.ts';
import { startNode, type TestNode } from './node.ts';
import { needs, whyNoNodes } from './packages.ts';

const PYTHONS = { bookworm: 'Python 3.11', trixie: 'Python 3.13' } as const;

describe.skipIf(whyNoNodes() !== undefined).each(['bookworm', 'trixie'] as const)('a node with %s', (suite) => {
  let node: TestNode;
  beforeAll(async () => {
    node = await startNode({ suite, name: `${suite}-1` });
  });
  afterAll(async () => node?.stop());

  it('is reached over ssh by an ordinary user, with Debian’s python3 and nothing that builds', async () => {
    expect(needs()).toEqual([]);
    const script = 'id -un; id -Gn; hostname; /usr/bin/python3 --version; stat -f -c %T /srv ~';
    const { stdout } = await node.exec(['sh', '-c', script], { as: 'user' });
    const [user, groups, hostname, python, ...fileSystems] = stdout.trimEnd().split('\n');
    expect([user, groups, hostname]).toEqual(['deploy', 'deploy', `${suite}-1`]);
    expect(python).toContain(PYTHONS[suite]);
    expect(fileSystems).toEqual(['tmpfs', 'tmpfs']);
    for (const absent of ['import pip', 'import ensurepip']) {
      expect((await node.exec(['/usr/bin/python3', '-c', absent], { check: false })).stderr).toContain(
        'No module named',
      );
    }
    expect((await node.exec(['sh', '-c', 'command -v cc gcc make'], { check: false })).exit).not.toBe(0);
  });

  it('answers only to the host key that is known in advance', async () => {
    const ssh = [
      'ssh',
      '-F',
      node.sshConfig,
      '-o',
      'BatchMode=yes',
      '-o',
      'UserKnownHostsFile=/dev/null',
      node.host,
      'true',
    ];
    const { exit, stderr } = await command(ssh, { check: false });
    expect([exit, stderr]).toEqual([255, expect.stringContaining('Host key verification failed')]);
  });

  it('runs systemd, cron and nginx', async () => {
    expect((await node.exec(['systemctl', 'is-system-running'])).stdout.trim()).toBe('running');
    expect((await node.exec(['systemctl', 'is-active', 'cron', 'ssh'])).stdout).toBe('active\nactive\n');
    expect(await node.fetch('/')).toMatchObject({ status: 200, body: expect.stringContaining('nginx') });
    expect((await node.fetch('/nothing-here')).status).toBe(404);
  });

  it('has no way out', async () => {
    const connect = "import socket; socket.create_connection(('198.51.100.1', 443), 30)";
    const { stderr } = await node.exec(['/usr/bin/python3', '-c', connect], { as: 'user', check: false });
    expect(stderr).toContain('Network is unreachable');
    expect((await node.exec(['ip', 'route'])).stdout).not.toContain('default');
  });

  it('keeps its files and its address through a power loss, and boots anew', async () => {
    const bootId = () => node.exec(['cat', '/proc/sys/kernel/random/boot_id', '/etc/machine-id'], { as: 'user' });
    const [boot, machine] = (await bootId()).stdout.split('\n');
    await node.exec(['sh', '-c', 'echo kept > ~/file'], { as: 'user' });
    await node.powerOff();
    expect((await node.exec(['true'], { as: 'user', check: false })).exit).toBe(255);
    await node.powerOn();
    expect((await node.exec(['sh', '-c', 'cat ~/file'], { as: 'user' })).stdout).toBe('kept\n');
    const [bootAfter, machineAfter] = (await bootId()).stdout.split('\n');
    expect(machineAfter).toBe(machine);
    expect(bootAfter).not.toBe(boot);
  });
});

describe.skipIf(whyNoNodes() !== undefined)('a node’s end', () => {
  it('leaves nothing, and two nodes live side by side', async () => {
    const nodes = await Promise.all([
      startNode({ suite: 'bookworm', name: 'one' }),
      startNode({ suite: 'bookworm', name: 'two', sudo: 'a password' }),
    ]);
    const [one, two] = nodes;
    expect((await traces(process.pid)).length).toBeGreaterThan(10);
    // Services are ended by control group: one node's restart must not reach the other's.
    const sshd = async () => (await two.exec(['systemctl', 'show', '-p', 'MainPID', 'ssh'])).stdout;
    const pid = await sshd();
    await one.exec(['systemctl', 'restart', 'ssh', 'cron', 'nginx']);
    expect(await sshd()).toBe(pid);
    const sudo = { as: 'user', input: 'a password\n', check: false } as const;
    expect((await one.exec(['sudo', '-S', 'id', '-u'], sudo)).exit).toBe(1);
    expect((await two.exec(['sudo', '-S', 'id', '-u'], sudo)).stdout).toBe('0\n');
    await Promise.all(nodes.map((node) => node.stop()));
    await one.stop();
    expect(await traces(process.pid)).toEqual([]);
  });

  it.each([
    {
      file: '/etc/nginx/nginx.conf',
      words: /broken did not boot: degraded\nnginx.service .*console's last lines:.*Failed/s,
    },
    {
      file: '/etc/ssh/sshd_config',
      words: /broken booted, but does not answer over ssh\nconnect to host .* port 22: Connection refused.*console/s,
    },
  ])('leaves nothing either when it did not boot for a broken $file, and tells why', async ({ file, words }) => {
    const node = await startNode({ suite: 'bookworm', name: 'broken' });
    await node.exec(['sh', '-c', `echo NoSuchDirective >> ${file}`]);
    await expect(node.restart()).rejects.toThrow(words);
    await node.stop();
    expect(await traces(process.pid)).toEqual([]);
  });

  it.each([
    { how: 'is killed', end: "process.kill(process.pid, 'SIGKILL')" },
    { how: 'exits without stopping it', end: 'process.exit(3)' },
  ])('comes by itself when the process that made it $how', async ({ end }) => {
    const script = `
      const { startNode } = await import(${JSON.stringify(new URL('node.ts', import.meta.url).href)});
      await startNode({ suite: 'bookworm', name: 'orphan' });
      require('node:fs').writeSync(1, String(process.pid));
      ${end};`;
    const { stdout } = await command([process.execPath, '--input-type=commonjs', '-e', `(async () => {${script}})()`], {
      check: false,
    });
    expect(stdout).toMatch(/^[0-9]+$/);
    await expect.poll(() => traces(Number(stdout)), { timeout: 120_000 }).toEqual([]);
  });
});

/** Everything of the nodes of a process that the machine knows: directories, mounts, namespaces, control groups, processes. */
async function traces(pid: number): Promise<string[]> {
  const lines = [
    ...readdirSync(tmpdir()),
    ...readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    ...(await command(['ip', 'netns', 'list'])).stdout.split('\n'),
    ...(await command(['find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', 'conc-node-*'])).stdout.split('\n'),
    ...readdirSync('/run/systemd/nspawn/propagate'),
    ...readdirSync('/proc').map(commandLine),
  ];
  return lines.filter((line) => line.includes(`conc-node-${pid}-`)).sort();
}

/** Empty where the process is gone meanwhile, or `pid` is none. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
