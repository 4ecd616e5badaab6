import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mountedAt, parseMounts } from '../../src/bridge/mount-table.ts';
import { conc, type Run } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);
const ready = existsSync('/dev/fuse') && existsSync('/usr/bin/sshfs') && process.getuid?.() === 0;

describe('the mount table', () => {
  it('is read with its escapes, and of several mounts on one point the last is there', () => {
    const table = [
      '22 1 0:20 / / rw - ext4 /dev/sda rw',
      '30 22 0:50 / /mnt/a\\040b rw,nosuid shared:1 - fuse.sshfs ann@web1:/srv/x\\134y rw,user_id=0',
    ].join('\n');
    expect(parseMounts(`${table}\n`)).toEqual([
      { point: '/', type: 'ext4', source: '/dev/sda' },
      { point: '/mnt/a b', type: 'fuse.sshfs', source: 'ann@web1:/srv/x\\y' },
    ]);
  });
});

describe.runIf(ready)('conc mount and unmount', () => {
  let folder: string;
  let sshd: Sshd;
  const at = (...parts: readonly string[]): string => join(folder, ...parts);

  beforeAll(async () => {
    // What two option parsers and a shell would trip over.
    folder = await mkdtemp(join(tmpdir(), "conc mount, it's-"));
    await mkdir(at('far', 'change'), { recursive: true });
    await writeFile(at('far', 'change', 'note'), 'from the node\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const project = async (): Promise<void> => {
    sshd = await startSshd();
    await copyFile(join(sshd.folder, 'user'), at('key'));
    await run('chmod', ['600', at('key')]);
    const text = `[DEFAULT]\napp = shop\n\n[node web1]\nsshd.ip = 127.0.0.1\nsshd.port = ${sshd.port}\nadmin = root\nsshd.key = ${at('key')}\nsshd.config = /dev/null\nsshd.options = UserKnownHostsFile=${sshd.knownHosts}\nroot = ${at('far')}\npython = /usr/bin/python3\n\n[node here]\ngateway = popen\nroot = ./near\n`;
    await writeFile(at('conc.ini'), text);
  };
  afterEach(async () => {
    await run('fusermount', ['-u', '-z', at('.conc', 'mnt', 'web1')]).catch(() => {});
    await sshd?.stop();
  });
  const cli = (...args: readonly string[]): Promise<Run> => conc(args, { cwd: folder });
  const mountPoint = (): string => at('.conc', 'mnt', 'web1');

  it('mounts the directory of a change, both ways, and takes it away', async () => {
    await project();
    const mounted = await cli('mount', 'web1');
    expect(mounted).toMatchObject({ code: 0, stdout: `${mountPoint()}\n` });
    expect(mountedAt(mountPoint())).toMatchObject({
      type: 'fuse.sshfs',
      source: `root@127.0.0.1:${at('far', 'change')}`,
    });
    expect(await readFile(join(mountPoint(), 'note'), 'utf8')).toBe('from the node\n');
    await writeFile(join(mountPoint(), 'back'), 'from here');
    expect(readFileSync(at('far', 'change', 'back'), 'utf8')).toBe('from here');
    expect((await cli('mount', 'web1')).stderr).toContain('is mounted already');
    expect(await cli('unmount', 'web1')).toEqual({ code: 0, stdout: '', stderr: `${mountPoint()} is unmounted\n` });
    expect(mountedAt(mountPoint())).toBeUndefined();
    expect(existsSync(mountPoint())).toBe(false);
    expect((await cli('unmount', 'web1')).stderr).toBe(`nothing is mounted at ${mountPoint()}\n`);
  });

  it('stays mounted while someone is in it', async () => {
    await project();
    await cli('mount', 'web1', '--root');
    const someone = spawn('sleep', ['60'], { cwd: mountPoint(), stdio: 'ignore' });
    try {
      const refused = await cli('unmount', 'web1');
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toMatch(/busy[\s\S]*it is still mounted/);
      expect(mountedAt(mountPoint())).toBeDefined();
    } finally {
      const ended = new Promise((resolve) => someone.once('exit', resolve));
      someone.kill();
      await ended;
    }
    expect((await cli('unmount', 'web1')).code).toBe(0);
  });

  it('unmounts when the connection was cut', async () => {
    await project();
    await cli('mount', 'web1', '--root');
    await sshd.stop();
    // sshfs may have seen the end of its ssh, and be gone before anybody asked.
    const { code, stderr } = await cli('unmount', 'web1');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/ is unmounted\n$|^nothing is mounted at /),
    });
    expect(mountedAt(mountPoint())).toBeUndefined();
  });

  it('unmounts lazily, and says so, when the link went silent under someone who waits for it', async () => {
    await project();
    await cli('mount', 'web1', '--root');
    // The far end neither answers nor closes: what a link that went down looks like from here.
    const connections = await childrenOf(sshd.pid);
    for (const pid of connections) process.kill(pid, 'SIGSTOP');
    const someone = spawn('stat', ['--file-system', mountPoint()], { stdio: 'ignore' });
    const ended = new Promise((resolve) => someone.once('exit', resolve));
    try {
      const { code, stderr } = await cli('unmount', 'web1');
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/does not answer .*unmounted lazily\. What was written there .* may be lost\n$/),
      });
      expect(mountedAt(mountPoint())).toBeUndefined();
      // Who waited is not left hanging.
      await ended;
    } finally {
      for (const pid of connections) process.kill(pid, 'SIGCONT');
    }
  });

  it('tells what can not be mounted', async () => {
    await project();
    expect(await cli('mount', 'here')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is on this machine'),
    });
    await mkdir(at('full', 'x'), { recursive: true });
    expect(await cli('mount', 'web1', 'full', '--root')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('it is not empty'),
    });
    await rm(at('far', 'change'), { recursive: true });
    const none = await cli('mount', 'web1');
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/no change is in progress[\s\S]*--root/) });
    await writeFile(sshd.knownHosts, '');
    expect(await cli('mount', 'web1', '--root')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('conc trust web1'),
    });
    expect(existsSync(mountPoint())).toBe(false);
  });
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const direct = text.split(' ').filter(Boolean).map(Number);
  return [...direct, ...(await Promise.all(direct.map(childrenOf))).flat()];
}
