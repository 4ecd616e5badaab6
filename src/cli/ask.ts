import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Ask } from '../gateway/askpass.ts';
import type { CliContext } from './context.ts';

/** Asks at the terminal without echo, one prompt at a time; undefined where nobody can be asked. */
export function askAt(context: CliContext): Ask | undefined {
  if (!context.interactive) return undefined;
  let turn: Promise<unknown> = Promise.resolve();
  return (prompt) => {
    const answer = turn.then(() => askOnce(prompt));
    turn = answer.catch(() => undefined);
    return answer;
  };
}

async function askOnce(prompt: string): Promise<string | undefined> {
  // readline echoes what is typed to its output: this one swallows it.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  // From here on nothing that is typed is echoed: only now may anybody begin.
  process.stderr.write(prompt.endsWith(' ') ? prompt : `${prompt} `);
  const interrupted = new Promise<undefined>((resolve) => {
    terminal.once('SIGINT', () => {
      resolve(undefined);
      // The terminal took the Ctrl-C for itself: it is passed on, and without a listener it is the end, tidily.
      if (process.listenerCount('SIGINT') > 0) process.kill(process.pid, 'SIGINT');
      else process.exit(130);
    });
    terminal.once('close', () => resolve(undefined));
  });
  try {
    return await Promise.race([terminal.question(''), interrupted]);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}
