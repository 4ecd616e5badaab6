import { rmSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

/** Asks a person: shows ssh's own prompt and gives what was typed; undefined: no answer was given. */
export type Ask = (prompt: string) => Promise<string | undefined>;

/** How ssh, which has no terminal here, asks the person at conc's (ssh(1), SSH_ASKPASS). */
export interface Askpass {
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A text that holds no names, so that none needs quoting: they come in the environment. */
const SCRIPT = '#!/bin/sh\nexec "$CONC_ASKPASS_NODE" "$CONC_ASKPASS_PROGRAM" "$CONC_ASKPASS_SOCKET" "$1"\n';
const PROGRAM = join(import.meta.dirname, `askpass-program${extname(import.meta.filename)}`);

/**
 * Opens a socket in a folder that only this user may enter, and the program beside it that ssh runs for each prompt. The
 * answer goes over the socket and the program's stdout: never into argv, the environment or a file.
 */
export async function openAskpass(ask: Ask): Promise<Askpass> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-askpass-'));
  const socket = join(folder, 'socket');
  const program = join(folder, 'askpass');
  const open = new Set<Socket>();
  const sweep = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', sweep);
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    open.add(connection.once('close', () => open.delete(connection)));
    void answer(connection, ask);
  });
  await listening(server, socket);
  await writeFile(program, SCRIPT);
  await chmod(program, 0o700);
  return {
    env: {
      SSH_ASKPASS: program,
      SSH_ASKPASS_REQUIRE: 'force',
      CONC_ASKPASS_NODE: process.execPath,
      CONC_ASKPASS_PROGRAM: PROGRAM,
      CONC_ASKPASS_SOCKET: socket,
    },
    close: async () => {
      for (const connection of open) connection.destroy();
      server.close();
      process.off('exit', sweep);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answer(connection: Socket, ask: Ask): Promise<void> {
  connection.on('error', () => {});
  const parts: Buffer[] = [];
  for await (const part of connection.iterator({ destroyOnReturn: false })) parts.push(part);
  const typed = await ask(Buffer.concat(parts).toString('utf8')).catch(() => undefined);
  // Y: an answer, which may be empty.
  connection.end(typed === undefined ? '' : `Y${typed}`);
}

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
