import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { command } from './command.ts';
import { NODE_ADDRESS } from './network.ts';
import { USER } from './root-file-system.ts';

const CONNECT = fileURLToPath(new URL('connect.py', import.meta.url));

/** How ssh gets to a node: files that OpenSSH reads, and nothing that conc would have to know. */
export interface Access {
  /** An ssh_config(5) with a `Host` entry for the node: the value of `sshd.config`. */
  readonly sshConfig: string;
  /** The private key of the user on the node. */
  readonly key: string;
  /** Its public half: what `authorized_keys` holds. */
  readonly publicKey: string;
  /** The user's known_hosts file. It already holds the node's key. */
  readonly knownHosts: string;
  /** The node's public host key: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
  /** The private half, to be placed on the node. */
  readonly hostKeyFile: string;
}

/** Makes the key pairs, known_hosts and ssh_config of one node, in `directory`. `near`: the namespace that connections start from. */
export async function makeAccess(directory: string, host: string, near: string): Promise<Access> {
  const [key, hostKeyFile] = [join(directory, 'id_ed25519'), join(directory, 'ssh_host_ed25519_key')];
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `${USER} of the tests`, '-f', key]);
  await command(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', host, '-f', hostKeyFile]);
  const hostKey = readFileSync(`${hostKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  const knownHosts = join(directory, 'known_hosts');
  writeFileSync(knownHosts, `${NODE_ADDRESS} ${hostKey}\n`);
  const sshConfig = join(directory, 'ssh_config');
  const lines = [
    `Host ${host}`,
    `  HostName ${NODE_ADDRESS}`,
    `  User ${USER}`,
    `  IdentityFile "${key}"`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile "${knownHosts}"`,
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    `  ProxyCommand nsenter --net=/run/netns/${near} /usr/bin/python3 -I '${CONNECT}' %h %p`,
    '  ProxyUseFdpass yes',
  ];
  writeFileSync(sshConfig, `${lines.join('\n')}\n`);
  return { sshConfig, key, publicKey: readFileSync(`${key}.pub`, 'utf8'), knownHosts, hostKey, hostKeyFile };
}
