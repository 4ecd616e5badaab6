import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PYTHON } from '../contract/backends.ts';
import { conc } from '../support/conc.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';

const peaks = z.object({ bytes: z.number(), far: z.number(), script: z.number(), conc: z.number() });

describe('much through one channel', () => {
  let folder: string;
  let sshd: Sshd;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'conc-large-'));
    sshd = await startSshd();
    await mkdir(join(folder, 'root'));
    await writeFile(join(folder, 'conc.ini'), '[DEFAULT]\napp = shop\n[node here]\ngateway = popen\nroot = ./root\n');
    await writeFile(
      join(folder, 'ssh_config'),
      `Host far\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  IdentityFile ${sshd.ssh.key ?? ''}\n  UserKnownHostsFile ${sshd.knownHosts}\n`,
    );
  });
  afterAll(async () => {
    await sshd?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['popen', 1024],
    ['ssh', 128],
  ])('%s: %i MiB each way, in bounded memory at every end', async (kind, mebibytes) => {
    const way = kind === 'popen' ? 'popen' : `ssh=-F ${join(folder, 'ssh_config')} far//python=${PYTHON}`;
    const script = join(import.meta.dirname, 'large.py');
    const began = performance.now();
    const { code, stdout, stderr } = await conc(['run', '--python', PYTHON, script, 'here', String(mebibytes), way], {
      cwd: folder,
    });
    if (code !== 0) throw new Error(`exit ${code}\n${stderr}`);
    const found = peaks.parse(JSON.parse(stdout));
    const seconds = (performance.now() - began) / 1000;
    console.log(`${kind}: 2 × ${mebibytes} MiB in ${seconds.toFixed(1)} s; peak KiB: ${stdout.trim()}`);
    expect(found.bytes).toBe(mebibytes * 2 ** 20);
    expect(found.far).toBeLessThan(60_000);
    expect(found.script).toBeLessThan(60_000);
    // Of these it has 110 MB before the first byte, as sources are compiled here, and what the collector lets lie at most.
    expect(found.conc).toBeLessThan(256_000);
  });
});
