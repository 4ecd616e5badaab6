import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { z } from 'zod';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { quoteForAnyShell } from '../gateway/quote.ts';
import { terminalArguments } from '../gateway/ssh-argv.ts';
import { targetOf } from '../gateway/target.ts';
import type { Channel } from '../gateway/types.ts';

export interface ShellRequest {
  /** An id, `r42` for short, or `''`: the one that serves. */
  readonly release: string;
  readonly process: string | null;
  readonly by: string;
}

const readySchema = z.object({
  ready: z.object({ release: z.string(), python: z.string(), start: z.string() }),
});

/** Gives this process's terminal to a shell in a release of a node; resolves with its exit code when it has ended. */
export async function shellOnNode(
  settings: NodeSettings,
  { release, process: named, by }: ShellRequest,
  ask: Ask | undefined,
  tell: (release: string) => void,
): Promise<number> {
  const session = await connect(targetOf(settings), { ask, keptIn: settings.root });
  try {
    const channel = session.call('shell', { root: settings.root, release, process: named, by });
    const { ready } = await readyOf(channel);
    tell(ready.release);
    const exit = await ended(start(settings, ready));
    channel.send({ ended: exit });
    await channel.reply;
    return exit;
  } finally {
    await session.close();
  }
}

async function readyOf(channel: Channel): Promise<z.infer<typeof readySchema>> {
  for await (const item of channel) if (item.kind === 'json') return readySchema.parse(item.value);
  await channel.reply;
  throw new ConcError({ code: 'agent.unexpected-reply', message: 'the agent did not begin the shell', exit: 1 });
}

function start({ ssh }: NodeSettings, { python, start }: { readonly python: string; readonly start: string }) {
  if (ssh === undefined) return spawn(python, ['-I', start], { stdio: 'inherit' });
  const command = `exec ${quoteForAnyShell(python)} -I ${quoteForAnyShell(start)}`;
  return spawn('ssh', terminalArguments(ssh, command), { stdio: 'inherit' });
}

/** The terminal's Ctrl-C is the shell's: this process waits for it. */
async function ended(child: ChildProcess): Promise<number> {
  const ignore = (): void => {};
  process.on('SIGINT', ignore);
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}
