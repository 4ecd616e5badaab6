import { z } from 'zod';
import { jobSchema } from '../bundle/schema.ts';
import { nearDone, opLog } from '../deploy/messages.ts';
import type { NearDone, NearRequest, NearSide, OpLog } from '../deploy/near.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Channel, Json, Session } from '../gateway/types.ts';
import type { FrozenJob } from '../sequence/types.ts';

/** The controller's end of the agent's call `near`. Requests go one at a time. */
export class NearChannel implements NearSide {
  readonly jobs: readonly FrozenJob[];
  readonly #session: Session;
  readonly #channel: Channel;
  readonly #messages: Messages;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(session: Session, channel: Channel, messages: Messages, jobs: readonly FrozenJob[]) {
    this.jobs = jobs;
    this.#session = session;
    this.#channel = channel;
    this.#messages = messages;
  }

  static async open(session: Session, channel: Channel): Promise<NearChannel> {
    const messages = jsonOf(channel);
    const { jobs, problems } = await frozenFrom(messages, channel);
    if (problems.length > 0) throw mistakes(problems);
    return new NearChannel(session, channel, messages, jobs);
  }

  perform(request: NearRequest, log: (record: OpLog) => void): Promise<NearDone> {
    // Nodes that are changed at the same time share this end.
    const done = this.#turn.then(() => this.#perform(request, log));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #perform({ name, position, ncd, undoing, sudo }: NearRequest, log: (record: OpLog) => void): Promise<NearDone> {
    this.#channel.send({ perform: { name, position, ncd, undoing, sudo: sudo?.reveal() ?? null } });
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

/** Reads a list of jobs only, with every mistake in it. The channel is ended. */
export async function readList(channel: Channel): Promise<Frozen> {
  const frozen = await frozenFrom(jsonOf(channel), channel);
  channel.end();
  await channel.reply.catch(() => {});
  return frozen;
}

async function frozenFrom(messages: Messages, channel: Channel): Promise<Frozen> {
  const first = await next(messages, channel);
  const parsed = frozenShape.safeParse(first);
  if (!parsed.success) throw unexpected(first);
  return parsed.data.frozen;
}

async function* jsonOf(channel: Channel): Messages {
  for await (const item of channel) if (item.kind === 'json') yield item.value;
}

/** The next message; where there is none, why the channel ended. */
async function next(messages: Messages, channel: Channel): Promise<Json> {
  const found = await messages.next();
  if (found.done !== true) return found.value;
  await channel.reply;
  throw unexpected(null);
}

type Messages = AsyncGenerator<Json, void, void>;

/** One mistake in an application's list of jobs. */
const mistakeShape = z.object({
  code: z.string(),
  job: z.string().nullable(),
  message: z.string(),
  hint: z.string().nullable(),
});
export type Mistake = z.infer<typeof mistakeShape>;

interface Frozen {
  readonly jobs: readonly FrozenJob[];
  readonly problems: readonly Mistake[];
}

const frozenShape = z.object({ frozen: z.object({ jobs: jobSchema.array(), problems: mistakeShape.array() }) });

const mistakes = (problems: readonly Mistake[]): ConcError =>
  new ConcError({
    code: problems.length === 1 ? (problems[0]?.code ?? 'sequence.mistakes') : 'sequence.mistakes',
    message: `The application's sequence has ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}`,
    evidence: problems.map(({ job, message, hint }) => [job, message, hint].filter((part) => part).join(': ')),
    state: 'no bundle was written',
    exit: 2,
  });

const unexpected = (what: Json): ConcError =>
  new ConcError({
    code: 'near.unexpected-message',
    message: `the worker on this machine said something that conc does not understand: ${JSON.stringify(what).slice(0, 500)}`,
    hint: 'this is a fault of conc itself: please report it',
    exit: 1,
  });
