import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CLIENTS = fileURLToPath(new URL('traffic.py', import.meta.url));

/** One loop of requests: `traffic.py` says what the ways are. Clients of one name are counted together. */
export interface Client {
  readonly name: string;
  readonly how: 'new' | 'kept' | 'slow answer' | 'slow request';
  readonly url: string;
}

/** What clients of one name saw. */
export interface Seen {
  readonly answered: number;
  /** What became of a request that was not answered with 200, and when. */
  readonly failed: readonly string[];
  /** How many connections that were kept, and idle, the server closed: the client opened another one. */
  readonly reopened: number;
  /** Seconds. */
  readonly slowest: number;
  /** How many answers came from each release. */
  readonly versions: Readonly<Record<string, number>>;
}

/** Every way of asking, at an address. */
export const everyWay = (who: string, base: string): Client[] => [
  { name: `${who}, a connection each`, how: 'new', url: `${base}/healthz` },
  { name: `${who}, a connection each`, how: 'new', url: `${base}/healthz` },
  { name: `${who}, kept alive`, how: 'kept', url: `${base}/healthz` },
  { name: `${who}, kept alive`, how: 'kept', url: `${base}/healthz` },
  { name: `${who}, an answer that takes 1.5 s`, how: 'slow answer', url: `${base}/slow?seconds=1.5` },
  { name: `${who}, a body that takes 1.5 s`, how: 'slow request', url: `${base}/weigh` },
];

/** Asks for as long as `work` takes. `inside`: what stands before the command, to ask on a node's own loopback. */
export async function underTraffic(
  clients: readonly Client[],
  inside: readonly string[],
  work: () => Promise<void>,
): Promise<Readonly<Record<string, Seen>>> {
  const [program, ...argv] = [...inside, '/usr/bin/python3', '-I', CLIENTS, JSON.stringify(clients)];
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  const said = text(child.stdout);
  try {
    await work();
  } finally {
    child.stdin.end();
    await once(child, 'close');
  }
  return JSON.parse(await said);
}
