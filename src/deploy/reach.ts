import { ConcError } from '../errors/conc-error.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { OpenNode } from './open.ts';

/** Can the node still be reached, so that what was switched may be confirmed? */
export type Reach = { readonly well: true } | { readonly well: false; readonly why: string };

/**
 * By a connection that shares nothing with the one which the change came by: its own log-in, and no multiplexing. Its agent
 * leaves word in the change, so that it counts even where the older connection ended meanwhile.
 */
export async function reachAnew({ settings, survey, observe }: OpenNode, ask: Ask | undefined): Promise<Reach> {
  try {
    const session = await connect(targetOf(settings), {
      ask,
      alone: true,
      keptIn: settings.root,
      observer: observe?.(settings.name),
    });
    try {
      await session.call('confirm', { root: survey.root }).reply;
    } finally {
      await session.close();
    }
    return { well: true };
  } catch (error) {
    if (error instanceof ConcError) return { well: false, why: [error.message, ...(error.evidence ?? [])].join('\n') };
    throw error;
  }
}
