import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the application says of itself. */
export interface Answer {
  readonly version: string;
  readonly release: string;
  /** The version that stands in a file of the release: another one would be a release that is mixed of two. */
  readonly page: string;
}

export interface Looping {
  readonly answered: () => number;
  /** Ends the loops: what was seen. */
  readonly stop: () => Promise<{ readonly answers: readonly Answer[]; readonly failed: readonly string[] }>;
}

/** Milliseconds between two requests of a loop: more would take the time of what is tested. */
const PAUSE = 30;

/** Loops that ask one request after the other, each on a new connection. Of answers only the different ones are kept. */
export function looping(url: string, count = 2): Looping {
  let stopped = false;
  let answered = 0;
  const seen = new Map<string, Answer>();
  const failed: string[] = [];
  const loop = async (): Promise<void> => {
    while (!stopped) {
      const answer = await ask(url);
      if (typeof answer === 'string') failed.push(`${new Date().toISOString()} ${answer}`);
      else {
        answered += 1;
        seen.set(JSON.stringify(answer), answer);
      }
      await sleep(PAUSE);
    }
  };
  const loops = Array.from({ length: count }, loop);
  return {
    answered: () => answered,
    stop: async () => {
      stopped = true;
      await Promise.all(loops);
      return { answers: [...seen.values()], failed };
    },
  };
}

/** One request; a string says why there was no answer. */
export const ask = (url: string): Promise<Answer | string> =>
  new Promise((resolve) => {
    request(url, { agent: false, timeout: 60_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode === 200 ? answerOf(text) : `status ${response.statusCode}`));
    })
      .on('timeout', () => resolve('no answer in 60 s'))
      .on('error', (error) => resolve(error.message))
      .end();
  });

function answerOf(text: string): Answer | string {
  try {
    return JSON.parse(text);
  } catch {
    return `an answer that was cut off: ${text}`;
  }
}
