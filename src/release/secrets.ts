import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { Session } from '../gateway/types.ts';
import type { ReleaseFile, SecretsRecord } from './types.ts';

/** `SecretsRecord`, as the agent sends it. */
export const secretsShape = z.object({
  generation: z.number(),
  since: z.string(),
  by: z.string(),
  names: z.array(z.object({ name: z.string(), since: z.string(), by: z.string() })),
});

const releaseFile = z.object({
  id: z.string(),
  bundle: z.string(),
  app: z.string(),
  version: z.string(),
  created: z.string(),
  by: z.string(),
  attributes: z.record(z.string(), z.string()),
  interpreter: z.object({ executable: z.string(), full: z.string(), cacheTag: z.string() }),
  wheels: z.array(
    z.object({ sha256: z.string(), name: z.string(), version: z.string(), role: z.enum(['application', 'vendor']) }),
  ),
  crons: z.array(z.object({ name: z.string(), command: z.string(), env: z.record(z.string(), z.string()) })).optional(),
  etc: z.string().optional(),
  env: z.number().optional(),
  processes: z.array(
    z.object({
      name: z.string(),
      command: z.string(),
      count: z.number(),
      listen: z.string().nullable(),
      env: z.record(z.string(), z.string()),
      ready: z.enum(['exec', 'notify']).default('exec'),
      stopTimeout: z.number(),
      drain: z.boolean().default(false),
      singleton: z.boolean().default(false),
      user: z.string().optional(),
    }),
  ),
});

const reply = z.object({ env: secretsShape.nullable(), next: z.number(), serves: releaseFile.nullable() });

/** The application's secrets on a node, by their names, and the release that serves. */
export interface SecretsSurvey {
  /** What the next deploy takes; null: none was ever set. */
  readonly env: SecretsRecord | null;
  /** The number of the next generation. */
  readonly next: number;
  readonly serves: ReleaseFile | null;
}

/** Asks a node for them. Changes nothing; no value is read. */
export async function surveySecrets(session: Session, root: string): Promise<SecretsSurvey> {
  const parsed = reply.safeParse(await session.call('env', { root }).reply);
  if (!parsed.success) throw unexpected(session.target.node, z.prettifyError(parsed.error));
  const { env, next, serves } = parsed.data;
  return { env, next, serves: serves === null ? null : whole(serves) };
}

/** What is not there is no key: an identity is made of what is. */
function whole({ processes, crons, etc, env, ...record }: z.infer<typeof releaseFile>): ReleaseFile {
  return {
    ...record,
    processes: processes.map(({ user, ...process }) => ({ ...process, ...(user === undefined ? {} : { user }) })),
    ...(crons === undefined ? {} : { crons }),
    ...(etc === undefined ? {} : { etc }),
    ...(env === undefined ? {} : { env }),
  };
}

const unexpected = (node: string, words: string): ConcError =>
  new ConcError({
    code: 'agent.unexpected-reply',
    message: `the agent on ${node} answered env with something else: ${words}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
