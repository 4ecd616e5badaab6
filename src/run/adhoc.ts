import { ConcError } from '../errors/conc-error.ts';
import type { Session } from '../gateway/types.ts';

/** What a node's history is to say of something that is run without a change. */
export interface Adhoc {
  readonly root: string;
  readonly kind: 'run';
  readonly by: string;
  /** What is run. */
  readonly note: string;
}

/**
 * Does it with a word to the node before and after: if this machine dies in between, or the connection does, the node itself
 * writes down `interrupted`. `outcomeOf` says what it came to; `unheard` is told why the node could not be.
 */
export async function recorded<Result>(
  session: Session,
  adhoc: Adhoc,
  run: () => Promise<Result>,
  outcomeOf: (result: Result) => string,
  unheard: (error: ConcError) => void,
): Promise<Result> {
  const call = session.call('adhoc', { ...adhoc });
  const end = async (outcome: string): Promise<void> => {
    call.send({ outcome });
    await call.reply.catch((error: unknown) => {
      if (!(error instanceof ConcError)) throw error;
      unheard(error);
    });
  };
  try {
    const result = await run();
    await end(outcomeOf(result));
    return result;
  } catch (error) {
    await end('not run');
    throw error;
  }
}
