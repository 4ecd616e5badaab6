import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { connectionArguments, type SharedConnection } from './ssh-argv.ts';

/** What fits into the address of a socket (unix(7)), and what ssh puts behind the name while it makes one. */
const LONGEST = 107 - '.0123456789abcdef'.length;
/** `%C` in full: a SHA-1 of the host, port, user and jump hosts that ssh comes to (ssh_config(5), TOKENS). */
const TOKEN = 40;

/**
 * Where the connection of these settings is; undefined: each command has its own. The folder is one that only this user may
 * enter: who reaches the socket is logged in. Settings with another key, config file or option never share one.
 * ConcError `gateway.shared-folder`, exit 2.
 */
export function sharedConnection(ssh: SshSettings): SharedConnection | undefined {
  const { persist: seconds = 0 } = ssh;
  if (seconds === 0) return undefined;
  const folder = join(process.env.XDG_RUNTIME_DIR || tmpdir(), `conc-ssh-${process.getuid?.() ?? 0}`);
  const settings = createHash('sha256')
    .update(JSON.stringify(connectionArguments(ssh)))
    .digest('hex')
    .slice(0, 8);
  const name = `${settings}-`;
  if (Buffer.byteLength(join(folder, name)) + TOKEN > LONGEST) throw unfit(folder, 'its path is too long for a socket');
  makePrivate(folder);
  return { path: `${join(folder, name).replaceAll('%', '%%')}%C`, seconds };
}

function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw unfit(folder, error instanceof Error ? error.message : String(error));
  }
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0)
    throw unfit(folder, 'it is not a folder of yours that nobody else may enter');
}

const unfit = (folder: string, why: string): ConcError =>
  new ConcError({
    code: 'gateway.shared-folder',
    message: `connections can't be kept in ${folder}: ${why}`,
    hint: 'see who made it; or name another place by XDG_RUNTIME_DIR; or leave sshd.persist out',
    state: 'nothing was changed',
    exit: 2,
  });
