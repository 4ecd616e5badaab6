import { z } from 'zod';
import type { Json } from '../gateway/types.ts';

const begun = z.object({ clock: z.number(), cpu: z.number(), born: z.number().nullable() });
const spans = z.object({
  clock: z.number(),
  spans: z.array(
    z.object({
      name: z.string(),
      depth: z.number(),
      start: z.number(),
      end: z.number(),
      cpu: z.number(),
      programs: z.number(),
    }),
  ),
});

/** What the agent tells of a call: at its beginning, then of what ended (protocol/README.md, `timed`). */
const timingsMessage = z.object({ timings: z.union([spans, begun]) });
const jobMessage = z.object({ job: z.string(), state: z.enum(['start', 'done']) });

/** When the agent was asked, what it had used by then, and when its process began: by the node's clock. */
export type Begun = z.infer<typeof begun>;

/** The agent's figures, or undefined where the message is none of ours. */
export function timingsIn(message: Json): z.infer<typeof timingsMessage>['timings'] | undefined {
  return has(message, 'timings') ? timingsMessage.safeParse(message).data?.timings : undefined;
}

/** That a job of a change began, or is done. */
export function jobIn(message: Json): z.infer<typeof jobMessage> | undefined {
  return has(message, 'state') ? jobMessage.safeParse(message).data : undefined;
}

/** Does the node wait for the answer to this? */
export const isQuestion = (message: Json): boolean =>
  ['want', 'near', 'secret', 'step', 'confirm', 'needed', 'wrong'].some((key) => has(message, key));

const has = (message: Json, key: string): boolean =>
  typeof message === 'object' && message !== null && Object.hasOwn(message, key);
