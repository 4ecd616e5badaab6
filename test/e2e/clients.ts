import { request } from 'node:http';

export interface Clients {
  /** Ends the loops and gives what they saw. */
  readonly stop: () => Promise<{ readonly answered: number; readonly failed: readonly string[] }>;
}

/** Loops of clients, each asking one request after the other, a new connection for each, until they are stopped. */
export function clientsOf(url: string, count: number): Clients {
  let stopped = false;
  let answered = 0;
  const failed: string[] = [];
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const outcome = await ask(url);
      if (outcome === 200) answered += 1;
      else failed.push(String(outcome));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const loops = Array.from({ length: count }, loop);
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
      return { answered, failed };
    },
  };
}

const ask = (url: string): Promise<number | string> =>
  new Promise((resolve) => {
    request(url, { agent: false, timeout: 60_000 }, (response) => {
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode ?? 'no status'));
      response.resume();
    })
      .on('timeout', () => resolve('no answer in 60 s'))
      .on('error', (error) => resolve(error.message))
      .end();
  });
