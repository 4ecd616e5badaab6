import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Backend } from './backend.ts';
import { BannerScanner } from './banner.ts';
import { Carrier, controllerLine, type Line, nodeLine } from './recording.ts';

/** A backend whose session is written to a file, line by line. It holds whatever is carried: readable by its owner only. */
export async function recorded(backend: Backend, file: string): Promise<Backend> {
  await (await open(file, 'w', 0o600)).close();
  const stream = createWriteStream(file, { flags: 'a' });
  const put = (line: Line | undefined): void => {
    if (line !== undefined) stream.write(`${JSON.stringify(line)}\n`);
  };
  const heard = nodeTap(put);
  const said = new Carrier();
  let payloadWritten = false;
  const ended = backend.ended.then(async (ending) => {
    put({ from: 'node', words: [...backend.words], exit: ending.kind === 'exit' ? ending.code : null });
    await new Promise((resolve) => stream.end(() => resolve(undefined)));
    return ending;
  });
  return {
    listen: (listener) =>
      backend.listen((bytes) => {
        heard(bytes);
        listener(bytes);
      }),
    write: (bytes) => {
      if (payloadWritten) for (const carried of said.feed(Buffer.from(bytes))) put(controllerLine(carried));
      payloadWritten = true;
      backend.write(bytes);
    },
    end: () => backend.end(),
    get words() {
      return backend.words;
    },
    ended,
    kill: () => backend.kill(),
    leave: () => backend.leave(),
  };
}

/** Takes the node's bytes apart: noise, banner, frames. Bytes that are none of these end the tap; the session tells of them. */
function nodeTap(put: (line: Line | undefined) => void): (bytes: Buffer) => void {
  const scanner = new BannerScanner();
  const carrier = new Carrier();
  let state: 'noise' | 'frames' | 'broken' = 'noise';
  const take = (bytes: Buffer): void => {
    let frames = bytes;
    if (state === 'noise') {
      const found = scanner.feed(bytes);
      if (found === undefined) return;
      put({ from: 'node', noise: scanner.noise });
      state = found.banner.kind === 'ready' ? 'frames' : 'broken';
      frames = found.rest;
    }
    if (state === 'frames') for (const carried of carrier.feed(frames)) put(nodeLine(carried));
  };
  return (bytes) => {
    try {
      take(bytes);
    } catch {
      state = 'broken';
    }
  };
}
