import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mountedAt } from '../../src/bridge/mount-table.ts';
import { JOBS, jobsIn, makeStage, ORIGINAL, SCRIPT, type Stage } from '../article/stage.ts';
import { startNode, type TestNode } from '../nodes/node.ts';
import { conc } from '../support/conc.ts';

const run = promisify(execFile);

// A booted bookworm, reached by an ordinary user over a link that can be cut. PyQRCode's bytes stand behind the name of the SQLAlchemy that
// the article installs (test/article/vendor.txt); nothing else is changed.
describe('a machine of its own for the far side', () => {
  let node: TestNode;
  let stage: Stage;
  let address: string;

  beforeAll(async () => {
    [node, stage] = await Promise.all([startNode({ suite: 'bookworm', name: 'web1' }), makeStage()]);
    const access = await readFile(node.sshConfig, 'utf8');
    address = /HostName (\S+)/.exec(access)?.[1] ?? '';
    // The script gives ssh an address, a port and a key: how that is reached, and its host key, stand in /etc/ssh.
    await writeFile(
      stage.at('etc', 'ssh_config'),
      access.replace(/^Host .*$/m, `Host ${address}`).replace(/^ *(IdentityFile|IdentitiesOnly) .*\n/gm, ''),
    );
    await node.exec(['sh', '-c', 'cat >> ~/.ssh/authorized_keys && mkdir -p ~/shop/change'], {
      as: 'user',
      input: await readFile(stage.publicKey, 'utf8'),
    });
    const ini = `[DEFAULT]\napp = shop\nbundle = shop-bundle\nadmin = ${node.user}\nop_key = ops\nroot = ~/shop\npython = /usr/bin/python3\n\n[node web1]\nsshd.ip = ${address}\nsshd.port = 22\n`;
    await writeFile(stage.at('project', 'conc.ini'), ini);
  });
  afterAll(async () => {
    await node?.stop();
    await stage?.[Symbol.asyncDispose]();
  });

  it("runs the article's script unchanged: thirteen jobs, both bundles gone, and the history knows", async () => {
    expect(await readFile(stage.at('project', SCRIPT), 'utf8')).toBe(await readFile(ORIGINAL, 'utf8'));
    const { code, stderr } = await stage.conc(['run', SCRIPT, 'web1', '{ini}', 'web1'], 'sesame\n');
    if (code !== 0) throw new Error(`exit ${code}\n${stderr}`);
    expect(jobsIn(stderr)).toEqual(JOBS);
    expect(existsSync(stage.at('near', 'shop-bundle'))).toBe(false);
    const left = await node.exec(
      [
        'sh',
        '-c',
        'ls -d ~/shop-bundle; ~/shop/venv/bin/python3 -c "import pip, pyqrcode, setuptools; print(pip.__version__, setuptools.__version__)"',
      ],
      { as: 'user' },
    );
    expect(left.stdout).toBe('22.3.1 65.5.0\n');
    const log = await stage.conc(['log', 'web1']);
    expect(log.stdout).toMatch(
      / run: exit 0, .* s, by .*\n {4}reconstructed_conc\.py \(sha256 [0-9a-f]{12}\) \{ini\} web1\n$/,
    );
    expect(`${stderr}${log.stdout}${log.stderr}`).not.toContain('sesame');
  });

  it('is unmounted lazily, in words, when its link was cut while someone waits for the mount', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conc-cut-'));
    const link = (state: string) => run('ip', ['-netns', node.network.near, 'link', 'set', 'to-node', state]);
    const point = join(folder, '.conc', 'mnt', 'web1');
    try {
      const ini = `[node web1]\napp = shop\nroot = ~/shop\npython = /usr/bin/python3\nsshd.host = ${node.host}\nsshd.config = ${node.sshConfig}\n`;
      await writeFile(join(folder, 'conc.ini'), ini);
      const mounted = await conc(['mount', 'web1', '--root'], { cwd: folder });
      expect(mounted).toMatchObject({ code: 0, stdout: `${point}\n` });
      await writeFile(join(point, 'from-here'), 'x');
      expect((await node.exec(['cat', 'shop/from-here'], { as: 'user' })).stdout).toBe('x');
      await link('down');
      const someone = spawn('stat', ['--file-system', point], { stdio: 'ignore' });
      const ended = new Promise((resolve) => someone.once('exit', resolve));
      const { code, stderr } = await conc(['unmount', 'web1'], { cwd: folder });
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: expect.stringMatching(/does not answer .* unmounted lazily/),
      });
      expect(mountedAt(point)).toBeUndefined();
      await ended;
    } finally {
      await link('up');
      await run('fusermount', ['-u', '-z', point]).catch(() => {});
      await rm(folder, { recursive: true, force: true });
    }
  });
});
