import { z } from 'zod';
import type { Interpreter } from '../bundle/interpreters.ts';
import { jobSchema } from '../bundle/schema.ts';
import { digestsOf, packCode } from '../deploy/application.ts';
import { deployNode } from '../deploy/deploy.ts';
import { nearDone, opLog } from '../deploy/messages.ts';
import type { NearDone, NearRequest, NearSide, OpLog } from '../deploy/near.ts';
import { ConcError } from '../errors/conc-error.ts';
import { connect } from '../gateway/connect.ts';
import type { Channel, Json, Session } from '../gateway/types.ts';
import type { NodeEvent } from '../report/events.ts';
import type { FrozenJob } from '../sequence/types.ts';
import { nearBundle, type WheelSource } from './near-bundle.ts';
import { nearSettings } from './near-settings.ts';

export interface NearOptions {
  /** Absolute: the project's `.conc/near`, an application's root like any other. */
  readonly root: string;
  /** Those of this machine on which it may run, the best first. */
  readonly interpreters: readonly Interpreter[];
  /** Which list of jobs, and its code as it is in the application's wheel. */
  readonly sequence: { readonly module: string; readonly attribute: string };
  readonly code: Readonly<Record<string, string>>;
  /** Who asks, and conc's version: its history has them. */
  readonly by: string;
  readonly conc: string;
  readonly tell: (line: string) => void;
}

/**
 * Opens the near end: a venv on this machine, made of the bundle's wheels and what devops code needs besides as a node's
 * would be, and a worker in it that has read the application's list of jobs. Dispose it after use.
 * ConcError `near.*`; the application's own errors as `sequence.*`.
 */
export async function openNear(source: WheelSource, options: NearOptions): Promise<NearSide> {
  const found = nearBundle(source, options.interpreters);
  if (found === null) throw noInterpreter();
  if (found.missing.length > 0) {
    options.tell(
      `on this machine devops code has to do without ${found.missing.join(', ')}: their wheels are for other machines`,
    );
  }
  const settings = nearSettings(found.bundle.manifest.app, options.root, found.python);
  const release = await furnish(settings, found.bundle, options);
  const session = await connect({ kind: 'popen', node: 'this machine', python: found.python });
  try {
    session.push(['conc_agent.application.performer']);
    const channel = session.call('near', {
      python: `${options.root}/releases/${release}/venv/bin/python`,
      ...options.sequence,
      digests: digestsOf(options.code),
      files: await packCode({}),
      env: { CONC_ROOT: options.root },
    });
    return await NearChannel.open(session, channel);
  } catch (error) {
    await session.close();
    throw error;
  }
}

/** Brings the wheels into service in the near root, as a deploy does on a node; a moment where they are already. */
async function furnish(
  settings: ReturnType<typeof nearSettings>,
  bundle: Parameters<typeof deployNode>[1],
  { by, conc }: NearOptions,
): Promise<string> {
  const end: NodeEvent = await deployNode(settings, bundle, {
    emit: () => {},
    control: { subscribe: () => () => {} },
    ...{ ask: undefined, until: null, step: null, skip: {}, bundle, by, conc },
    near: () => Promise.reject(noInterpreter()),
    sudo: async () => null,
  });
  if ((end.outcome === 'proven' || end.outcome === 'stopped') && end.release !== null) return end.release;
  throw new ConcError({
    code: 'near.not-made',
    message: `The environment of devops code on this machine could not be made: ${end.state}`,
    hint: `remove it, and try again: rm -r ${settings.root}`,
    state: 'no node was changed',
    exit: end.outcome === 'blocked' ? 3 : 1,
  });
}

/** The controller's end of the agent's call `near`. Requests go one at a time. */
class NearChannel implements NearSide {
  readonly jobs: readonly FrozenJob[];
  readonly #session: Session;
  readonly #channel: Channel;
  readonly #messages: AsyncIterator<Json>;

  private constructor(session: Session, channel: Channel, messages: AsyncIterator<Json>, jobs: readonly FrozenJob[]) {
    this.jobs = jobs;
    this.#session = session;
    this.#channel = channel;
    this.#messages = messages;
  }

  static async open(session: Session, channel: Channel): Promise<NearChannel> {
    const messages = jsonOf(channel);
    const first = await next(messages, channel);
    const frozen = typeof first === 'object' && first !== null && 'frozen' in first ? first.frozen : undefined;
    return new NearChannel(session, channel, messages, readFrozen(frozen));
  }

  async perform({ name, position, ncd, undoing, sudo }: NearRequest, log: (record: OpLog) => void): Promise<NearDone> {
    this.#channel.send({ perform: { name, position, ncd, undoing, sudo } });
    while (true) {
      const message = await next(this.#messages, this.#channel);
      if (typeof message !== 'object' || message === null) throw unexpected(message);
      if ('log' in message) log(opLog.parse(message.log));
      else if ('done' in message) return nearDone.parse(message.done);
      else throw unexpected(message);
    }
  }

  cancel(): void {
    this.#channel.send({ cancel: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#channel.end();
    await this.#channel.reply.catch(() => {});
    await this.#session.close();
  }
}

async function* jsonOf(channel: Channel): AsyncGenerator<Json, void, void> {
  for await (const item of channel) if (item.kind === 'json') yield item.value;
}

/** The next message; where there is none, why the channel ended. */
async function next(messages: AsyncIterator<Json>, channel: Channel): Promise<Json> {
  const { done, value } = await messages.next();
  if (done !== true) return value;
  await channel.reply;
  throw unexpected(null);
}

const mistakeShape = z.object({
  code: z.string(),
  job: z.string().nullable(),
  message: z.string(),
  hint: z.string().nullable(),
});

/** The application's sequence, or every mistake in it at once. */
function readFrozen(frozen: Json | undefined): readonly FrozenJob[] {
  if (typeof frozen !== 'object' || frozen === null || !('jobs' in frozen) || !('problems' in frozen)) {
    throw unexpected(frozen ?? null);
  }
  const problems = mistakeShape.array().safeParse(frozen.problems);
  const jobs = jobSchema.array().safeParse(frozen.jobs);
  if (!problems.success || !jobs.success) throw unexpected(frozen);
  if (problems.data.length > 0) throw mistakes(problems.data);
  return jobs.data;
}

const mistakes = (problems: readonly z.infer<typeof mistakeShape>[]): ConcError =>
  new ConcError({
    code: problems.length === 1 ? (problems[0]?.code ?? 'sequence.mistakes') : 'sequence.mistakes',
    message: `The application's sequence has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`,
    evidence: problems.map(({ job, message, hint }) => [job, message, hint].filter((part) => part).join(': ')),
    exit: 2,
  });

const noInterpreter = (): ConcError =>
  new ConcError({
    code: 'near.no-python',
    message: 'There is no Python 3.8 or newer on this machine: the application’s devops code runs here too',
    hint: 'Install python3',
    exit: 2,
  });

const unexpected = (what: Json): ConcError =>
  new ConcError({
    code: 'near.unexpected-message',
    message: `the worker on this machine said something that conc does not understand: ${JSON.stringify(what).slice(0, 500)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
