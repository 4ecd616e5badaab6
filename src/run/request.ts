import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';

/** What the script's end asks for, once on each connection (protocol/README.md, "Scripts"). */
const requestSchema = z.union([
  z.object({ kill: z.number() }),
  z.object({
    kind: z.literal('popen'),
    id: z.string(),
    model: z.string(),
    argv: z.tuple([z.string()], z.string()),
    cwd: z.string(),
    env: z.record(z.string(), z.string()),
  }),
  z.object({
    kind: z.literal('ssh'),
    id: z.string(),
    model: z.string(),
    args: z.array(z.string()),
    python: z.string(),
  }),
  z.object({
    kind: z.literal('node'),
    id: z.string(),
    model: z.string(),
    node: z.string(),
    python: z.string().nullable(),
  }),
]);

export type Request = z.infer<typeof requestSchema>;
export type GatewayRequest = Exclude<Request, { kill: number }>;

export function parseRequest(json: unknown): Request {
  const parsed = requestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ConcError({
    code: 'run.request',
    message: `the script's end asked for something else than a gateway: ${z.prettifyError(parsed.error)}`,
    exit: 1,
  });
}
