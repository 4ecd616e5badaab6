import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import { historyEntry } from '../release/history.ts';
import { changeShape } from '../release/survey.ts';
import type { Emit } from '../report/events.ts';
import { followMessage } from './messages.ts';
import type { OpenNode } from './open.ts';
import { tell } from './tell.ts';

/** How a change was when following it came to an end. */
export type Followed = z.infer<typeof followed>;

const followed = z.object({
  /** Where it is open still. */
  change: changeShape.nullable(),
  /** What it was halted for. */
  why: z.string().nullable(),
  /** Where it was closed. */
  entry: historyEntry.nullable(),
  current: z.string().nullable(),
});

/**
 * Tells what a change on a node tells, from its beginning or from that of the job that runs, until it has ended or halted.
 * Changes nothing, whoever runs it. `leave` ends the following; the change is then as it was.
 */
export async function follow(
  { settings, session }: OpenNode,
  from: 'beginning' | 'job',
  emit: Emit,
  leave?: AbortSignal,
): Promise<Followed | 'left'> {
  const { name, root } = settings;
  const channel = session.call('follow', { root, ...(from === 'job' ? { from } : {}) });
  const left = (): void => channel.cancel();
  leave?.addEventListener('abort', left);
  try {
    for await (const item of channel) {
      const parsed = followMessage.safeParse(item.kind === 'json' ? item.value : null);
      if (!parsed.success) continue;
      const { event } = parsed.data;
      tell(event, { time: event.time, node: name }, emit);
    }
    if (leave?.aborted === true) return 'left';
    const reply = followed.safeParse(await channel.reply);
    if (reply.success) return reply.data;
    throw new ConcError({
      code: 'agent.unexpected-reply',
      message: `the agent on ${name} answered follow with something else: ${z.prettifyError(reply.error)}`,
      hint: 'this is a fault of conc itself: please report it',
      exit: 1,
    });
  } finally {
    leave?.removeEventListener('abort', left);
  }
}
