import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import { encodeFrame, FrameDecoder, JsonParts, splitJson } from '../gateway/frames.ts';
import type { Channel, Json, Session } from '../gateway/types.ts';
import { type GatewayRequest, parseRequest } from './request.ts';

/** Milliseconds that gateways have to end once the script has. */
const PATIENCE = 1000;

export interface RelayOptions {
  /** `signal`: the script is gone, nobody waits for it any more. */
  readonly open: (request: GatewayRequest, signal: AbortSignal) => Promise<Session>;
  /** Where conc's `execnet` lies, for near interpreters. */
  readonly execnet: string;
  /** A gateway that ended by itself. */
  readonly lost: (id: string, error: ConcError) => void;
}

/** Where the script's process asks for gateways. */
export interface Relay {
  /** A socket in a folder that only this user may enter. */
  readonly path: string;
  /** Ends every gateway that is left. */
  close(): Promise<void>;
}

interface Gateway {
  readonly session: Session;
  readonly over: Promise<void>;
}

/** One connection is one gateway: a request, an answer, then bytes both ways. They are not looked at, and never pile up. */
export async function openRelay(options: RelayOptions): Promise<Relay> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-run-'));
  const path = join(folder, 'socket');
  const sweep = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', sweep);
  const gateways = new Map<number, Gateway>();
  const connections = new Set<Socket>();
  let next = 1;
  const gone = new AbortController();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    connections.add(socket.once('close', () => connections.delete(socket)));
    // A script that was killed leaves a broken connection: the end of input tells it too.
    socket.on('error', () => {});
    const number = next++;
    void serve(socket, number, gateways, options, gone.signal).catch((error: unknown) => refuse(socket, error));
  });
  await listening(server, path);
  return {
    path,
    close: async () => {
      server.close();
      gone.abort();
      await ended(gateways, connections);
      process.off('exit', sweep);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function serve(
  socket: Socket,
  number: number,
  gateways: Map<number, Gateway>,
  options: RelayOptions,
  gone: AbortSignal,
): Promise<void> {
  const bytes = socket.iterator({ destroyOnReturn: false });
  const request = parseRequest(await firstMessage(bytes));
  if ('kill' in request) {
    await gateways.get(request.kill)?.session.kill();
    answer(socket, { gateway: request.kill });
    socket.end();
    return;
  }
  const session = await options.open(request, gone);
  const execnet = request.kind === 'popen' ? options.execnet : null;
  const call = session.call('gateway', { id: request.id, model: request.model, execnet });
  const over = carry(socket, bytes, call, session, (error) => options.lost(request.id, error));
  gateways.set(number, { session, over });
  answer(socket, { gateway: number });
  await over;
  gateways.delete(number);
}

/** Bytes both ways until the far end is done; then its process is awaited, and the script's end told. */
async function carry(
  socket: Socket,
  bytes: AsyncIterable<Buffer>,
  call: Channel,
  session: Session,
  lost: (error: ConcError) => void,
): Promise<void> {
  const outward = (async () => {
    for await (const data of bytes) await call.write(data);
    call.end();
  })().catch(() => call.end());
  for await (const item of call) {
    if (item.kind === 'blob') await written(socket, item.bytes);
  }
  await call.reply.catch((error: unknown) => {
    if (!(error instanceof ConcError)) throw error;
    lost(error);
  });
  await session.close();
  socket.end();
  await outward;
}

/** Waits only where the socket's buffer is full. A socket that is gone swallows. */
async function written(socket: Socket, bytes: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (!socket.write(bytes, () => resolve())) await promise;
}

async function firstMessage(bytes: AsyncIterable<Buffer>): Promise<Json> {
  const decoder = new FrameDecoder();
  const parts = new JsonParts();
  const iterator = bytes[Symbol.asyncIterator]();
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
    for (const { kind, payload } of decoder.feed(next.value)) {
      const whole = kind === 'J' || kind === 'M' ? parts.add(kind, payload) : { value: null };
      if (whole !== undefined) return whole.value;
    }
  }
  return null;
}

function answer(socket: Socket, value: Json): void {
  for (const { kind, payload } of splitJson(value)) socket.write(encodeFrame(kind, 0, payload));
}

function refuse(socket: Socket, error: unknown): void {
  const told =
    error instanceof ConcError
      ? { ...error.toJSON(), evidence: error.evidence.map((line) => line.slice(0, 2000)) }
      : { code: 'run.fault', message: `a fault of conc itself: ${String(error)}`, hint: null, evidence: [] };
  socket.end(encodeFrame('X', 0, Buffer.from(JSON.stringify(told))));
}

/** They were told by the end of input; what does not go is ended. */
async function ended(gateways: ReadonlyMap<number, Gateway>, connections: ReadonlySet<Socket>): Promise<void> {
  const all = [...gateways.values()];
  const timer = setTimeout(() => {
    for (const { session } of all) void session.kill();
  }, PATIENCE);
  await Promise.allSettled(all.map(({ over }) => over));
  clearTimeout(timer);
  for (const connection of connections) connection.destroy();
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
