import { fileURLToPath } from 'node:url';
import { startSshd } from '../support/sshd.ts';
import { type FaultNode, makeNode } from './node.ts';
import type { Workshop } from './workshop.ts';

const RELAY = fileURLToPath(new URL('relay.py', import.meta.url));

export interface SshNode extends FaultNode {
  readonly sshd: number;
}

/** A node behind an sshd of its own, with a relay between that can be ended or stopped. */
export async function makeSshNode(workshop: Workshop, name: string): Promise<SshNode> {
  const sshd = await startSshd();
  const { ssh, port } = sshd;
  const node = await makeNode(workshop, {
    name,
    connection: [
      `sshd.host = ${ssh.host}`,
      `sshd.port = ${port}`,
      `admin = ${ssh.user}`,
      `sshd.key = ${ssh.key}`,
      'sshd.config = /dev/null',
      'link.ping = 1',
      'link.lost = 3',
      'sshd.options =',
      ...[...ssh.options, `ProxyCommand=/usr/bin/python3 ${RELAY} %h %p`].map((option) => `  ${option}`),
    ],
  });
  return {
    ...node,
    sshd: sshd.pid,
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await sshd.stop();
    },
  };
}
