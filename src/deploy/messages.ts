import { z } from 'zod';
import { changeShape } from '../release/survey.ts';

const status = z.enum(['OK', 'STOPPED', 'FAILED', 'ERROR', 'TIMED OUT', 'BLOCKED']);
const lines = z.array(z.string()).default([]);

const start = z.object({ job: z.string(), index: z.number(), state: z.literal('start') });
const done = z.object({
  job: z.string(),
  index: z.number(),
  state: z.literal('done'),
  status,
  seconds: z.number(),
  text: z.string().default(''),
  evidence: lines,
  code: z.string().nullish(),
  hint: z.string().nullish(),
});
const progress = z.object({
  job: z.string(),
  progress: z.object({
    done: z.number(),
    total: z.number().nullable(),
    unit: z.string(),
    text: z.string().optional(),
  }),
});
const want = z.object({ job: z.string(), want: z.array(z.string()) });
const undo = z.object({ undo: status, seconds: z.number(), text: z.string().default(''), evidence: lines });

/** What the agent says while a change runs: protocol/README.md, `run`. */
export const runMessage = z.union([start, done, progress, want, undo]);
export type RunMessage = z.infer<typeof runMessage>;

/** How it ended. */
export const runReply = z.object({
  outcome: z.enum(['proven', 'undone', 'failed', 'broken', 'halted', 'blocked', 'abandoned']),
  release: z.string().nullable(),
  current: z.string().nullable(),
  serving: z.string().nullable(),
  job: z.string().nullable(),
  state: z.string(),
  hint: z.string().nullish(),
  code: z.string().nullish(),
  /** The change that is there already, where one blocks. */
  blocker: changeShape.nullish(),
});
export type RunReply = z.infer<typeof runReply>;
