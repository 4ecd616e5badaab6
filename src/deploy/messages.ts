import { z } from 'zod';
import { changeShape } from '../release/survey.ts';

const status = z.enum(['OK', 'STOPPED', 'FAILED', 'ERROR', 'TIMED OUT', 'BLOCKED']);
const lines = z.array(z.string()).default([]);

const start = z.object({
  job: z.string(),
  index: z.number(),
  state: z.literal('start'),
  /** What comes of the change where the controller is lost now. */
  lost: z.enum(['halt', 'kill', 'undo', 'go on']),
});
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
const want = z.object({
  job: z.string(),
  want: z.array(z.string()),
  /** How wheels begin that came in part, by digest: so many bytes, and their sha256. */
  held: z.record(z.string(), z.object({ size: z.number().int().positive(), sha256: z.string() })).optional(),
  /** By digest, in base64: the signature of the former wheel's files, which are there. */
  like: z.record(z.string(), z.base64()).optional(),
});
/** A node's wish for wheels. */
export type Want = Pick<z.infer<typeof want>, 'want' | 'held' | 'like'>;
const undo = z.object({ undo: status, seconds: z.number(), text: z.string().default(''), evidence: lines });

const values = z.record(z.string(), z.json());
const near = z.object({
  job: z.string(),
  near: z.object({
    name: z.string(),
    position: z.number(),
    sudo: z.boolean(),
    undoing: z.boolean().default(false),
    ncd: values,
  }),
});
const nearEnd = z.object({ job: z.string(), nearEnd: z.literal(true) });
const secret = z.object({ job: z.string(), secret: z.literal('sudo') });
/** A node may ask for anything: what is no name is not shown to a person. */
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);
const secrets = z.object({ job: z.string(), secret: z.literal('env'), names: z.array(variable) });
const confirm = z.object({ job: z.string(), confirm: z.object({ fresh: z.boolean() }) });
const step = z.object({ job: z.string(), step: z.literal(true) });

/** A log record of an op of the application's own. */
export const opLog = z.object({
  time: z.string(),
  level: z.string(),
  host: z.string(),
  name: z.string(),
  message: z.string(),
});
const log = z.object({ job: z.string(), log: opLog });

/** What an op of the application's own came to on the controller. */
export const nearDone = z.object({
  status,
  text: z.string(),
  evidence: z.array(z.string()),
  code: z.string().nullable(),
  hint: z.string().nullable(),
  ncd: values,
  removed: z.array(z.string()),
  recorded: values.nullable(),
});

/** What the agent says while a change runs: protocol/README.md, `run`. */
export const runMessage = z.union([
  start,
  done,
  progress,
  want,
  undo,
  near,
  nearEnd,
  secret,
  secrets,
  step,
  confirm,
  log,
]);
export type RunMessage = z.infer<typeof runMessage>;
/** That a job began, or what it came to. */
export type JobMessage = z.infer<typeof start> | z.infer<typeof done>;

/** What is no question to the controller: `follow` has it too, with its time. */
const told = z.union([start, done, progress, undo, log]);
export type Told = z.infer<typeof told>;
export const followMessage = z.object({
  event: told.and(z.object({ time: z.string() })),
  offset: z.number(),
});

/** How it ended. */
export const runReply = z.object({
  outcome: z.enum(['proven', 'done', 'undone', 'failed', 'broken', 'halted', 'blocked', 'abandoned']),
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
