import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { TestNode } from '../nodes/node.ts';

const CLIENTS = fileURLToPath(new URL('../nodes/clients.py', import.meta.url));

/** Seconds of the slowest, and what went wrong. */
export interface Seen {
  readonly answered: number;
  readonly failed: readonly string[];
  readonly slowest: number;
}

/** Clients on the node's own loopback, for as long as `work` takes. */
export async function underClients(node: TestNode, port: number, work: () => Promise<void>): Promise<Seen> {
  const argv = ['/usr/bin/python3', CLIENTS, `http://127.0.0.1:${port}/healthz`, '4'];
  const child = spawn('nsenter', [`--net=/run/netns/${node.network.node}`, ...argv], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  try {
    await work();
  } finally {
    child.stdin.end();
    await once(child, 'close');
  }
  return JSON.parse(await said);
}
