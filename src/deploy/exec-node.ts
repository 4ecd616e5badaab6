import { z } from 'zod';
import type { NodeSettings } from '../config/types.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { Channel } from '../gateway/types.ts';

export interface ExecRequest {
  readonly argv: readonly string[];
  /** An id, `r42` for short, or `''`: the one that serves. */
  readonly release: string;
  /** Whose variables it gets besides. */
  readonly process: string | null;
  readonly by: string;
}

export type ExecSignal = 'INT' | 'TERM' | 'HUP' | 'QUIT';

/** What carries a program's input and output. */
export interface ExecStreams {
  /** null: it has none. */
  readonly input: AsyncIterable<Buffer> | null;
  /** Resolves when more may come. */
  readonly write: (stream: 'stdout' | 'stderr', bytes: Buffer) => Promise<void>;
  /** Signals go to the far process group. Returns what ends that. */
  readonly onSignal: (listener: (signal: ExecSignal) => void) => () => void;
}

const endSchema = z.object({ exit: z.number(), seconds: z.number(), release: z.string() });
export type ExecEnd = z.infer<typeof endSchema>;

const headerSchema = z.object({ stream: z.enum(['stdout', 'stderr']), size: z.number() });

/** Runs a command in a release of a node. ConcError where it can't be started; its exit code is no error. */
export async function execOnNode(
  settings: NodeSettings,
  { argv, release, process, by }: ExecRequest,
  streams: ExecStreams,
  ask: Ask | undefined,
): Promise<ExecEnd> {
  const session = await connect(targetOf(settings), { ask, keptIn: settings.root });
  try {
    const channel = session.call('exec', { root: settings.root, release, process, argv, by });
    const leave = streams.onSignal((signal) => channel.send({ signal }));
    try {
      void feed(channel, streams.input);
      await carry(channel, streams);
      return endSchema.parse(await channel.reply);
    } finally {
      leave();
    }
  } finally {
    await session.close();
  }
}

async function feed(channel: Channel, input: ExecStreams['input']): Promise<void> {
  try {
    // One that ended before its input did is told by its reply.
    if (input !== null) for await (const bytes of input) await channel.write(bytes);
    channel.send({ eof: true });
  } catch {
    channel.send({ eof: true });
  }
}

async function carry(channel: Channel, { write }: ExecStreams): Promise<void> {
  let stream: 'stdout' | 'stderr' = 'stdout';
  for await (const item of channel) {
    if (item.kind === 'json') stream = headerSchema.parse(item.value).stream;
    else await write(stream, item.bytes);
  }
}
