import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SshSettings } from '../../src/config/types.ts';
import { connect } from '../../src/gateway/connect.ts';
import { sharedConnection } from '../../src/gateway/shared-connection.ts';
import type { Target } from '../../src/gateway/types.ts';
import { startSshd } from '../support/sshd.ts';

let runtime: string;
const folder = (): string => join(runtime, `conc-ssh-${process.getuid?.()}`);

beforeEach(async () => {
  runtime = await mkdtemp(join(tmpdir(), 'conc-s-'));
  vi.stubEnv('XDG_RUNTIME_DIR', runtime);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(runtime, { recursive: true, force: true });
});

const plain: SshSettings = {
  ...{ host: 'web1', port: undefined, user: undefined, key: undefined, config: undefined, jump: undefined },
  options: [],
};

describe('a connection that stays open for the next command', () => {
  it('is none where nobody asks for it, and no folder is made', async () => {
    expect(sharedConnection(plain)).toBeUndefined();
    expect(sharedConnection({ ...plain, persist: 0 })).toBeUndefined();
    expect(await readdir(runtime)).toEqual([]);
  });

  it('is kept in a folder that only its user may enter, apart from that of other settings', async () => {
    const one = sharedConnection({ ...plain, persist: 60 });
    const other = sharedConnection({ ...plain, persist: 60, key: '/keys/ops' });
    expect(one?.path).not.toBe(other?.path);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['others may enter', async () => mkdir(folder()).then(() => chmod(folder(), 0o755))],
    ['is a link', async () => symlink(runtime, folder())],
    ['is a file', async () => writeFile(folder(), '')],
  ])('is refused where the folder %s', async (_, make) => {
    await make();
    expect(() => sharedConnection({ ...plain, persist: 60 })).toThrow(
      /connections can't be kept in .*: it is not a folder of yours/,
    );
  });

  it('serves the next command without a log-in; what is alone logs in anew', async () => {
    const sshd = await startSshd();
    const ssh = { ...sshd.ssh, persist: 60 };
    const target: Target = { kind: 'ssh', node: 'web1', python: '/usr/bin/python3', ssh };
    try {
      await (await connect(target)).close();
      const [socket = ''] = await readdir(folder());
      expect((await stat(join(folder(), socket))).isSocket()).toBe(true);
      // From here on sshd lets nobody in.
      await writeFile(join(sshd.folder, 'authorized_keys'), '');
      await (await connect(target)).close();
      await expect(connect(target, { alone: true })).rejects.toMatchObject({ code: 'gateway.key-refused' });
      await expect(connect({ ...target, ssh: sshd.ssh })).rejects.toMatchObject({ code: 'gateway.key-refused' });
      const ended = spawnSync('ssh', ['-F', '/dev/null', '-S', join(folder(), socket), '-O', 'exit', 'web1']);
      expect(ended.status).toBe(0);
    } finally {
      await sshd.stop();
    }
  });
});
