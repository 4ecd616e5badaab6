import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { Session } from '../gateway/types.ts';

export const historyEntry = z.object({
  number: z.number(),
  time: z.string(),
  kind: z.string(),
  release: z.string().nullable(),
  bundle: z.string().nullable(),
  version: z.string().nullable(),
  by: z.string(),
  outcome: z.string(),
  seconds: z.number(),
  /** `said`: what a person said of a job that was not run. */
  jobs: z.array(z.object({ name: z.string(), status: z.string(), seconds: z.number(), said: z.string().optional() })),
  /** Who went on with it after it had been halted or interrupted, or gave it up. */
  taken: z
    .array(
      z.object({
        what: z.enum(['resumed', 'abandoned']),
        by: z.string(),
        time: z.string(),
        because: z.string().nullable(),
      }),
    )
    .default([]),
  note: z.string().nullish(),
  /** Of an `exec`: the command. */
  argv: z.array(z.string()).optional(),
});

/** One change of a node's past, as `history.jsonl` keeps it. */
export type HistoryEntry = z.infer<typeof historyEntry>;

const history = z.object({ entries: z.array(historyEntry), damaged: z.number() });

/** `damaged`: lines among those that were read whose checksum does not fit; they are left out. */
export type History = z.infer<typeof history>;

/** The newest `limit` entries, oldest of them first. */
export async function readHistory(session: Session, root: string, limit: number): Promise<History> {
  const parsed = history.safeParse(await session.call('history', { root, limit }).reply);
  if (parsed.success) return parsed.data;
  throw new ConcError({
    code: 'agent.unexpected-reply',
    message: `the agent on ${session.target.node} answered history with something else: ${z.prettifyError(parsed.error)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
}
