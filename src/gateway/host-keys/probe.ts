import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SshSettings } from '../../config/types.ts';
import { connectionArguments } from '../ssh-argv.ts';
import { sshFailure } from '../ssh-failure.ts';
import { parseKnownHost } from './key.ts';
import { runSsh } from './run-ssh.ts';
import type { HostKey } from './types.ts';

const ALGORITHMS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521',
  'rsa-sha2-512,rsa-sha2-256',
];

/**
 * The keys that a host shows, by the user's own ssh, so that jump hosts, proxies and config files count: it records each
 * into a file that is thrown away, and does not log in. (ssh-keyscan knows neither jump hosts nor config files.)
 * Rejects when the host can't be reached.
 */
export async function probeHostKeys(node: string, ssh: SshSettings): Promise<HostKey[]> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-trust-'));
  try {
    const keys: HostKey[] = [];
    let words: string[] = [];
    for (const [index, algorithms] of ALGORITHMS.entries()) {
      const file = join(folder, `known_hosts_${index}`);
      const { stderr } = await runSsh('ssh', probeArguments(ssh, algorithms, file));
      const key = parseKnownHost(await readFile(file, 'utf8').catch(() => ''))?.key;
      if (key !== undefined) keys.push(key);
      else if (!stderr.includes('no matching host key type')) words = stderr.trimEnd().split('\n');
      // What fails for one type in another way fails for all.
      if (key === undefined && words.length > 0) break;
    }
    if (keys.length > 0) return keys;
    throw sshFailure({ kind: 'ssh', node, python: '', ssh }, words);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function probeArguments(ssh: SshSettings, algorithms: string, file: string): string[] {
  const options = [
    `UserKnownHostsFile=${file}`,
    'GlobalKnownHostsFile=/dev/null',
    'KnownHostsCommand=none',
    'StrictHostKeyChecking=accept-new',
    'HashKnownHosts=no',
    'CheckHostIP=no',
    'VerifyHostKeyDNS=no',
    'UpdateHostKeys=no',
    `HostKeyAlgorithms=${algorithms}`,
    'PreferredAuthentications=none',
    'BatchMode=yes',
    'ControlPath=none',
    'ControlMaster=no',
    'ForwardAgent=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
  ];
  return [
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...connectionArguments(ssh),
    '-o',
    'ConnectTimeout=15',
    '-o',
    'LogLevel=INFO',
    '--',
    ssh.host,
    'true',
  ];
}
