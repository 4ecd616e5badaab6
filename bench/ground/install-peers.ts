import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../measure/command.ts';

const requirements = join(import.meta.dirname, '../peers/requirements.txt');

export interface Peers {
  /** Holds `fab`, `pyinfra`, `ansible-playbook`, `uv`. */
  readonly bin: string;
  readonly python: string;
  /** By name, as they say themselves. */
  readonly versions: Readonly<Record<string, string>>;
  /** Where Ansible finds Mitogen's strategies. */
  readonly mitogenStrategies: string;
}

/** Installs the peers from PyPI into a venv, pinned and with hashes; again only where the pins have changed. */
export async function installPeers(folder: string): Promise<Peers> {
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex');
  const stamp = join(folder, 'digest');
  const bin = join(folder, 'bin');
  if (!existsSync(stamp) || (await readFile(stamp, 'utf8')) !== digest) {
    await rm(folder, { recursive: true, force: true });
    await command(['/usr/bin/python3', '-m', 'venv', folder]);
    const pip = [join(bin, 'python'), '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    await command([...pip, '--require-hashes', '-r', requirements]);
    await writeFile(stamp, digest);
  }
  if (!existsSync('/usr/bin/rsync')) await installRsync();
  const python = join(bin, 'python');
  const strategies =
    'import ansible_mitogen, os; print(os.path.join(os.path.dirname(ansible_mitogen.__file__), "plugins/strategy"))';
  return {
    ...{ bin, python },
    versions: await versionsOf(bin),
    mitogenStrategies: (await command([python, '-c', strategies])).trim(),
  };
}

async function installRsync(): Promise<void> {
  const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-qq'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await command([...apt, 'update'], { env });
  await command([...apt, 'install', '--no-install-recommends', '-y', 'rsync'], { env });
}

async function versionsOf(bin: string): Promise<Record<string, string>> {
  const pins = await readFile(requirements, 'utf8');
  const of = (name: string): string => new RegExp(`^${name}==([^ ]+)`, 'm').exec(pins)?.[1] ?? 'not pinned';
  const rsync = /version (\S+)/.exec(await command(['rsync', '--version']))?.[1] ?? '';
  const pip = /pip (\S+)/.exec(await command([join(bin, 'python'), '-m', 'pip', '--version']))?.[1] ?? '';
  return {
    Fabric: of('fabric'),
    pyinfra: of('pyinfra'),
    'ansible-core': of('ansible-core'),
    Mitogen: of('mitogen'),
    uv: of('uv'),
    ...{ pip, rsync },
  };
}
