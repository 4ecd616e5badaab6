import { createServer } from 'node:net';

/** `127.0.0.1:8000`, or the next port where nothing listens now. */
export async function freeAddress(): Promise<string> {
  for (let port = 8000; port < 8100; port += 1) if (await isFree(port)) return `127.0.0.1:${port}`;
  return '127.0.0.1:8000';
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
