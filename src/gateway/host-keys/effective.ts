import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { connectionArguments } from '../ssh-argv.ts';
import { runSsh } from './run-ssh.ts';
import type { Effective } from './types.ts';

/** Asks ssh what it would do, without connecting. */
export async function effectiveSettings(node: string, ssh: SshSettings): Promise<Effective> {
  return parseEffective(node, await askSsh(node, ssh));
}

/** Who would log in, and the files of the keys that would be tried, in that order. Connects to nothing. */
export async function effectiveLogin(
  node: string,
  ssh: SshSettings,
): Promise<{ readonly user: string; readonly keys: readonly string[] }> {
  const lines = (await askSsh(node, ssh)).split('\n');
  const valuesOf = (option: string): string[] =>
    lines.filter((line) => line.startsWith(`${option} `)).map((line) => line.slice(option.length + 1));
  return {
    user: valuesOf('user')[0] ?? '',
    keys: valuesOf('identityfile')
      .filter((file) => file !== 'none')
      .map((file) => (file.startsWith('~/') ? join(homedir(), file.slice(2)) : file)),
  };
}

async function askSsh(node: string, ssh: SshSettings): Promise<string> {
  const { code, stdout, stderr } = await runSsh('ssh', ['-G', ...connectionArguments(ssh), '--', ssh.host]);
  if (code !== 0) {
    throw new ConcError({
      code: 'gateway.ssh-settings',
      message: `ssh does not take the settings of ${node}`,
      hint: `correct sshd.options, sshd.config or the file that ssh names: conc show ${node}`,
      evidence: stderr.trimEnd().split('\n'),
      exit: 2,
    });
  }
  return stdout;
}

/** Reads what `ssh -G` prints: one `option value` a line. */
export function parseEffective(node: string, text: string): Effective {
  const options = new Map(
    text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
  );
  const host = options.get('hostname') ?? node;
  const port = Number(options.get('port') ?? 22);
  const own = filesIn(options.get('userknownhostsfile'));
  const [file] = own;
  if (file === undefined) {
    throw new ConcError({
      code: 'trust.no-file',
      message: `ssh is set to read no known_hosts file for ${node} (UserKnownHostsFile none)`,
      hint: 'name a file in UserKnownHostsFile, in sshd.options or your ssh config',
      exit: 2,
    });
  }
  return {
    host,
    port,
    name: options.get('hostkeyalias') ?? (port === 22 ? host : `[${host}]:${port}`).toLowerCase(),
    file,
    files: [...own, ...filesIn(options.get('globalknownhostsfile'))],
    hashed: options.get('hashknownhosts') === 'yes',
  };
}

function filesIn(value: string | undefined): string[] {
  const words = (value ?? '').split(' ').filter((word) => word !== '' && word !== 'none');
  return words.map((word) => (word.startsWith('~/') ? join(homedir(), word.slice(2)) : word));
}
