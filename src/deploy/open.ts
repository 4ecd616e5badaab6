import type { NodeSettings } from '../config/types.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { LogRecord, Session } from '../gateway/types.ts';
import { surveyRoot } from '../release/survey.ts';
import type { Survey } from '../release/types.ts';

/** A node with a gateway on it, and what was seen there. */
export interface OpenNode {
  readonly settings: NodeSettings;
  readonly session: Session;
  readonly survey: Survey;
}

export interface OpenOptions {
  readonly log?: (record: LogRecord) => void;
  /** ssh may ask a person by this. */
  readonly ask?: Ask | undefined;
  /** Look at what each process takes, too. */
  readonly usage?: boolean;
}

/** Connects, looks, hands both to `use`, and ends the gateway whatever comes of it. */
export async function withNode<Result>(
  settings: NodeSettings,
  options: OpenOptions,
  use: (node: OpenNode) => Promise<Result>,
): Promise<Result> {
  const session = await connect(targetOf(settings), options);
  try {
    const survey = await surveyRoot(session, settings.root, settings.service, options.usage);
    return await use({ settings, session, survey });
  } finally {
    await session.close();
  }
}
