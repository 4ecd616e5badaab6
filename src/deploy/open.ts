import type { NodeSettings } from '../config/types.ts';
import type { Ask } from '../gateway/askpass.ts';
import { connect } from '../gateway/connect.ts';
import { targetOf } from '../gateway/target.ts';
import type { LogRecord, Observer, Session } from '../gateway/types.ts';
import type { Survey } from '../release/types.ts';
import { defaultSequence } from '../sequence/default.ts';

/** What every change needs of the agent, as good as. */
const CHANGE_CODE = ['conc_agent.calls.run', ...defaultSequence.map(({ op }) => `conc_agent.ops.${op.name}`)] as const;

const surveyCode = (service: string): readonly string[] => [
  'conc_agent.calls.survey',
  `conc_agent.services.${service}`,
];

/** A node with a gateway on it, and what was seen there. */
export interface OpenNode {
  readonly settings: NodeSettings;
  readonly session: Session;
  readonly survey: Survey;
  readonly observe?: Observe | undefined;
}

/** A connection to a node begins: who measures it hears it from there on. */
export type Observe = (node: string) => Observer;

/** Where nodes are taken from that were opened before it was known what for. */
export interface Ahead {
  /** The node, once: who opens it again does so anew. undefined: it was not begun. */
  take(node: string): Promise<OpenNode> | undefined;
}

export interface OpenOptions {
  readonly log?: (record: LogRecord) => void;
  /** ssh may ask a person by this. */
  readonly ask?: Ask | undefined;
  /** Look at what each process takes, too. */
  readonly usage?: boolean;
  readonly observe?: Observe | undefined;
  /** What was opened already is taken from here. */
  readonly ahead?: Ahead | undefined;
  /** A change will follow: its code is loaded there while it is composed here. */
  readonly change?: boolean;
  /** The agent's code has to come over this connection, also where the node has kept it: a password may be given to it. */
  readonly sentCode?: boolean;
  /** Gives the connecting up. */
  readonly signal?: AbortSignal;
}

/** Connects, looks, hands both to `use`, and ends the gateway whatever comes of it. */
export async function withNode<Result>(
  settings: NodeSettings,
  options: OpenOptions,
  use: (node: OpenNode) => Promise<Result>,
): Promise<Result> {
  const node = await (options.ahead?.take(settings.name) ?? openNode(settings, options));
  try {
    return await use(node);
  } finally {
    await node.session.close();
  }
}

/** Who calls it ends the session. */
export async function openNode(settings: NodeSettings, options: OpenOptions): Promise<OpenNode> {
  const { observe, usage } = options;
  const connecting = connect(targetOf(settings), {
    ...options,
    ...(options.sentCode === true ? {} : { keptIn: settings.root, soon: surveyCode(settings.service) }),
    observer: observe?.(settings.name),
  });
  // Loaded while ssh logs in.
  const [session, { surveyRoot }] = await Promise.all([connecting, import('../release/survey.ts')]);
  try {
    const surveying = surveyRoot(session, settings.root, settings.service, usage);
    if (options.change === true) session.soon(CHANGE_CODE);
    const survey = await surveying;
    return { settings, session, survey, observe };
  } catch (error) {
    await session.close();
    throw error;
  }
}
