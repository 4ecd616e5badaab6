import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { Facts, Json } from './types.ts';

const version = z.tuple([z.number(), z.number(), z.number()]);

const shape = z.object({
  protocol: z.number(),
  python: z.object({
    version,
    full: z.string(),
    implementation: z.string(),
    cacheTag: z.string(),
    soabi: z.string().nullable(),
    executable: z.string(),
    pointerBits: z.union([z.literal(32), z.literal(64)]),
    platform: z.string(),
    abiflags: z.string(),
    freeThreaded: z.boolean(),
    hasVenv: z.boolean(),
  }),
  markers: z.record(z.string(), z.string()),
  libc: z.object({
    kind: z.enum(['glibc', 'musl', 'unknown']),
    version: z.tuple([z.number(), z.number()]).nullable(),
  }),
  machine: z.string(),
  hostname: z.string(),
  user: z.string(),
  uid: z.number(),
  home: z.string(),
  machineId: z.string().nullable(),
  boot: z.string(),
  time: z.number(),
  pid: z.number(),
});

/** The facts of a hello. */
export function parseFacts(hello: Json): Facts {
  const parsed = shape.safeParse(hello);
  if (parsed.success) return parsed.data;
  throw new ConcError({
    code: 'protocol.bad-hello',
    message: "the agent's hello lacks what conc needs to know",
    hint: 'this is a fault of conc itself: please report it',
    evidence: z.prettifyError(parsed.error).split('\n'),
    exit: 1,
  });
}
