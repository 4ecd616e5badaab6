import type { Json, Session } from '../gateway/types.ts';

/** What a node's history is to say of something that is run without a change. */
export interface Adhoc {
  readonly root: string;
  readonly kind: 'run';
  readonly by: string;
  /** What is run. */
  readonly note: string;
}

/**
 * Does it with a word to the node before and after: if this machine dies in between, the node itself writes down
 * `interrupted`. `outcomeOf` says what it came to.
 */
export async function recorded<Result>(
  session: Session,
  adhoc: Adhoc,
  run: () => Promise<Result>,
  outcomeOf: (result: Result) => string,
): Promise<{ readonly result: Result; readonly entry: Json }> {
  const call = session.call('adhoc', { ...adhoc });
  const end = (outcome: string): void => call.send({ outcome });
  try {
    const result = await run();
    end(outcomeOf(result));
    return { result, entry: await call.reply };
  } catch (error) {
    end('failed');
    await call.reply.catch(() => {});
    throw error;
  }
}
