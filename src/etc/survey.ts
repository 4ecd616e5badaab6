import { z } from 'zod';
import { ConcError } from '../errors/conc-error.ts';
import type { Json, Session } from '../gateway/types.ts';
import type { EtcSurvey, RenderedTree } from './types.ts';

export interface SurveyRequest {
  /** The application's root on the node. */
  readonly root: string;
  readonly app: string;
  /** What is wanted; null: what `release` wants. */
  readonly etc: RenderedTree | null;
  readonly release: string | null;
  /** How files differ line by line, too. */
  readonly content: boolean;
}

/** Asks a node how the paths of a tree are there. null: there is no tree, and conc wrote none that would go. Changes nothing. */
export async function surveyEtc(session: Session, request: SurveyRequest): Promise<EtcSurvey | null> {
  const etc = request.etc && (request.content ? request.etc : withoutContent(request.etc));
  const asked = session.call('etc', { ...request, etc });
  session.soon(['conc_agent.ops.etc']);
  const parsed = reply.safeParse(await asked.reply);
  if (parsed.success) return parsed.data.etc;
  throw new ConcError({
    code: 'agent.unexpected-reply',
    message: `the agent on ${session.target.node} answered etc with something else: ${z.prettifyError(parsed.error)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
}

/** Which paths it is about, and where links lead, is all that an agent needs to look. */
const withoutContent = ({ root, files }: RenderedTree): Json => ({
  root,
  files: files.map((file) => (file.kind === 'link' ? { ...file } : { path: file.path })),
});

const state = z.object({
  what: z.string(),
  mode: z.string().nullable(),
  owner: z.string().nullable(),
  group: z.string().nullable(),
});

const wanted = z.discriminatedUnion('kind', [
  z.object({
    path: z.string(),
    kind: z.literal('file'),
    mode: z.string(),
    owner: z.string().nullable(),
    group: z.string().nullable(),
    sha256: z.string(),
  }),
  z.object({ path: z.string(), kind: z.literal('link'), target: z.string() }),
]);

const surveyed = z.object({
  seen: state.nullable(),
  wrote: state.nullable(),
  original: state.nullable(),
  unfit: z.string().nullable(),
  taken: z.string().nullable(),
  diff: z.array(z.string()).nullish(),
  edited: z.array(z.string()).nullish(),
});

const reply = z.object({
  etc: z
    .object({
      root: z.string(),
      elsewhere: z.string().nullable(),
      sudo: z.boolean(),
      sudoCommands: z.array(z.string()),
      owner: z.string(),
      group: z.string(),
      files: z.array(wanted).nullable(),
      pending: z.array(z.string()),
      without: z.array(z.string()),
      paths: z.record(z.string(), surveyed),
    })
    .nullable(),
});
