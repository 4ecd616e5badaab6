import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Values } from './read-values.ts';
import type { SshSettings } from './types.ts';

const KEY_TYPES = ['rsa', 'ed25519', 'ecdsa'];

/** `folder` is that of conc.ini: relative paths begin there. */
export function sshSettings({ text, lines }: Values, folder: string): SshSettings {
  const [port, key, config, operator] = [text('sshd.port'), text('sshd.key'), text('sshd.config'), text('op_key')];
  const persist = Number(text('sshd.persist') ?? 0);
  return {
    host: text('sshd.host') ?? text('sshd.ip') ?? '',
    port: port === undefined ? undefined : Number(port),
    user: text('admin'),
    key: key === undefined ? operatorKey(operator) : localPath(key, folder),
    config: config === undefined ? undefined : localPath(config, folder),
    jump: text('sshd.jump'),
    options: lines('sshd.options'),
    ...(persist > 0 ? { persist } : {}),
  };
}

/** `op_key = X`: `~/.ssh/id_rsa-X`, unless only a key of another type is there. */
function operatorKey(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  const files = KEY_TYPES.map((type) => join(homedir(), '.ssh', `id_${type}-${name}`));
  return files.find((file) => existsSync(file)) ?? files[0];
}

function localPath(path: string, folder: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : resolve(folder, path);
}
