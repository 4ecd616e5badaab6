import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { Session } from '../gateway/types.ts';
import { secretsShape } from './secrets.ts';
import type { Survey } from './types.ts';

/**
 * Asks a node what its root holds: releases, what serves, a change in progress, the store, the disk. Changes nothing.
 * `usage`: also what each process takes, which costs a little.
 */
export async function surveyRoot(session: Session, root: string, service: string, usage = false): Promise<Survey> {
  // Modules whose names the node computes are not seen in what it imports: sent ahead, no round trip for each.
  session.push([`conc_agent.services.${service}`, ...(OF_ROOT.has(service) ? ['conc_agent.etc.privileged'] : [])]);
  const reply = await session.call('survey', { root, service, usage }).reply;
  const parsed = surveyShape.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new ConcError({
    code: 'agent.unexpected-reply',
    message: `the agent on ${session.target.node} answered survey with something else: ${z.prettifyError(parsed.error)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
}

/** Service kinds whose units or scripts are root's: `OF_ROOT` of conc_agent/services. */
const OF_ROOT: ReadonlySet<string> = new Set(['systemd_system', 'initscript']);

const serving = z.object({
  from: z.string().nullable(),
  to: z.string(),
  confirmed: z.boolean(),
  sameBoot: z.boolean(),
});

const release = z.object({
  id: z.string(),
  bundle: z.string(),
  version: z.string(),
  state: z.enum(['proven', 'unproven', 'failed']),
  since: z.string(),
  by: z.string(),
  complete: z.boolean(),
  live: z.boolean(),
  env: z.number().nullable().default(null),
});

const commands = z.array(z.string()).nullable();
const sudoNeeds = z.object({ remote: commands, local: commands });

/** `ChangeRecord`, as the agent sends it. */
export const changeShape = z.object({
  state: z.enum(['running', 'halted', 'interrupted']),
  kind: z.enum(['deploy', 'rollback', 'env']),
  by: z.string(),
  since: z.string(),
  job: z.object({ index: z.number(), name: z.string(), of: z.number() }).nullable(),
  release: z.string(),
  why: z.string().nullable(),
  controller: z.enum(['live', 'lost']).nullable(),
  heard: z.number().nullable(),
  bundle: z.string(),
  conc: z.string(),
  attributes: z.record(z.string(), z.string()).nullable(),
  needs: z.object({
    application: z.boolean(),
    wheels: z.boolean(),
    near: z.boolean(),
    sudo: z.object({ continue: sudoNeeds, abandon: sudoNeeds }),
  }),
});

const disk = z.object({
  freeBytes: z.number(),
  freeInodes: z.number().nullable(),
  fileSystem: z.string(),
  options: z.array(z.string()),
  noexec: z.boolean(),
  readOnly: z.boolean(),
  network: z.boolean(),
  writable: z.boolean(),
  owner: z.number().nullable(),
});

const surveyShape = z.object({
  root: z.string(),
  exists: z.boolean(),
  current: z.string().nullable(),
  serving: serving.nullable(),
  releases: z.array(release),
  schemas: z.array(z.object({ release: z.string(), before: z.json(), after: z.json(), compatible: z.boolean() })),
  next: z.number(),
  change: changeShape.nullable(),
  guarded: z
    .object({
      kind: z.string(),
      release: z.string(),
      by: z.string(),
      time: z.string(),
      why: z.string(),
      state: z.string(),
    })
    .nullable(),
  disk,
  store: z.array(z.string()),
  etc: z.boolean(),
  env: secretsShape.nullable().default(null),
  service: z.object({
    sudoCommands: z.array(z.string()).nullable(),
    listening: z.record(z.string(), z.object({ listen: z.string(), count: z.number().nullable() })),
  }),
  owed: z.array(z.string()).default([]),
  processes: z.array(
    z.object({
      name: z.string(),
      state: z.string(),
      pid: z.number().nullable(),
      release: z.string().nullable(),
      usage: z.object({ since: z.string().nullable(), memory: z.number().nullable() }).nullable(),
    }),
  ),
});
