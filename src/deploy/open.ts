import type { NodeSettings } from '../config/types.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { LogRecord, Observer, Session } from '../gateway/types.ts';
import { surveyRoot } from '../release/survey.ts';
import type { Survey } from '../release/types.ts';

/** A node with a gateway on it, and what was seen there. */
export interface OpenNode {
  readonly settings: NodeSettings;
  readonly session: Session;
  readonly survey: Survey;
  readonly observe?: Observe | undefined;
}

/** A connection to a node begins: who measures it hears it from there on. */
export type Observe = (node: string) => Observer;

export interface OpenOptions {
  readonly log?: (record: LogRecord) => void;
  /** ssh may ask a person by this. */
  readonly ask?: Ask | undefined;
  /** Look at what each process takes, too. */
  readonly usage?: boolean;
  readonly observe?: Observe | undefined;
}

/** Connects, looks, hands both to `use`, and ends the gateway whatever comes of it. */
export async function withNode<Result>(
  settings: NodeSettings,
  options: OpenOptions,
  use: (node: OpenNode) => Promise<Result>,
): Promise<Result> {
  const session = await connect(targetOf(settings), { ...options, observer: options.observe?.(settings.name) });
  try {
    const survey = await surveyRoot(session, settings.root, settings.service, options.usage);
    return await use({ settings, session, survey, observe: options.observe });
  } finally {
    await session.close();
  }
}
