import { z } from 'zod';
import type { Bundle } from '../bundle/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import type { Channel, Json } from '../gateway/types.ts';
import type { AskedEvent, Emit } from '../report/events.ts';
import { dropped } from './dropped.ts';
import { type AskValues, giveValues } from './give-values.ts';
import { giveWheels } from './give-wheels.ts';
import { type JobMessage, type RunMessage, type RunReply, runMessage, runReply } from './messages.ts';
import type { NearDone, NearSide } from './near.ts';
import type { Reach } from './reach.ts';
import type { SudoSecrets } from './sudo.ts';
import { tell } from './tell.ts';
import { unexpected } from './unexpected.ts';

/** How a person or a signal reaches a running change. */
export interface Control {
  /** Calls back for each wish, the last before conc leaves; returns how to stop listening. */
  subscribe(listener: (what: AskedEvent['what'], by: string) => void): () => void;
}

export interface DriveOptions {
  readonly node: string;
  readonly emit: Emit;
  readonly control: Control;
  /** Where wheels come from when the node asks for them; null: none can be given. */
  readonly bundle: Bundle | null;
  /** Where jobs run that are the controller's; null: nothing can run here. */
  readonly near: NearSide | null;
  /** The sudo passwords of this node and of this machine, asked before the change began. */
  readonly sudo: SudoSecrets;
  /** Values of the application's secrets, for a change that sets them. Absent: none can be given. */
  readonly values?: AskValues;
  /** Makes a new connection, to confirm a switch by. */
  readonly reachAnew: () => Promise<Reach>;
  /** Asks a person about the next job; null: every job is run. */
  readonly step: ((job: string) => Promise<StepAnswer>) | null;
}

/** What a person says to a job. A skipped one needs a reason. */
export type StepAnswer =
  | { readonly go: 'run' }
  | { readonly go: 'skip'; readonly reason: string }
  | { readonly go: 'stop' };

/** Goes with a change from its start to its reply: tells its events on, gives it wheels, passes on wishes to halt or cancel. */
export async function drive(channel: Channel, options: DriveOptions): Promise<RunReply> {
  const { node, emit, control, bundle } = options;
  const unsubscribe = control.subscribe((what, by) => {
    emit({ time: now(), node, event: 'asked', what, by });
    if (what !== 'leave') channel.send(what === 'halt' ? { halt: true } : { cancel: true });
    if (what === 'cancel') options.near?.cancel();
  });
  // Wheels go out beside what comes in: progress is seen while they are sent, and neither side waits for the other's window.
  let giving = Promise.resolve();
  let last: JobMessage | undefined;
  try {
    for await (const item of channel) {
      if (item.kind !== 'json') throw unexpected(node, 'bytes that were not asked for');
      const parsed = runMessage.safeParse(item.value);
      if (!parsed.success) {
        // The reply is a message too: it is read from `channel.reply` below.
        if (isReply(item.value)) continue;
        throw unexpected(node, JSON.stringify(item.value));
      }
      const message = parsed.data;
      if ('want' in message) {
        giving = giving.then(() => giveWheels(channel, message, bundle, node));
        giving.catch(() => channel.cancel());
      } else if ('near' in message) {
        background(performNear(message.near, options), channel, (done) => ({ near: done }));
      } else if ('nearEnd' in message) options.near?.cancel();
      else if ('confirm' in message) {
        const reach = message.confirm.fresh ? options.reachAnew() : Promise.resolve<Reach>({ well: true });
        background(reach, channel, (confirm) => ({ confirm }));
      } else if ('names' in message) {
        const values = options.values?.(node, message.names) ?? Promise.resolve(null);
        values.then((given) => giveValues(channel, given)).catch(() => channel.cancel());
      } else if ('secret' in message) channel.send({ secret: options.sudo.remote?.reveal() ?? null });
      else if ('step' in message) {
        background(options.step?.(message.job) ?? Promise.resolve({ go: 'run' }), channel, (step) => ({ step }));
      } else {
        if ('index' in message) last = message;
        tell(message, { time: now(), node }, emit);
      }
    }
    await giving;
    const reply = runReply.safeParse(await channel.reply);
    if (!reply.success) throw unexpected(node, z.prettifyError(reply.error));
    return reply.data;
  } catch (error) {
    throw error instanceof ConcError && error.code === 'gateway.lost' ? dropped(node, error, last) : error;
  } finally {
    unsubscribe();
  }
}

/** The answer is sent when it is there; what comes in meanwhile is not held up. */
function background<Answer>(work: Promise<Answer>, channel: Channel, message: (answer: Answer) => Json): void {
  work.then(
    (answer) => channel.send(message(answer)),
    () => channel.cancel(),
  );
}

async function performNear(
  { name, position, ncd, sudo, undoing }: Extract<RunMessage, { near: object }>['near'],
  { near, emit, node, sudo: { local: password } }: DriveOptions,
): Promise<NearDone> {
  if (near === null) return nothingNear(node);
  const request = { name, position, ncd, undoing, sudo: sudo ? password : null };
  return near.perform(request, (record) => emit({ ...record, node, event: 'log' }));
}

const nothingNear = (node: string): NearDone => ({
  status: 'ERROR',
  text: 'this job runs on the controller, and the bundle that its code is in was not given',
  evidence: [],
  code: 'near.no-bundle',
  hint: `conc continue ${node} --bundle FILE`,
  ncd: {},
  removed: [],
  recorded: null,
});

const isReply = (value: unknown): boolean => typeof value === 'object' && value !== null && 'reply' in value;

const now = (): string => new Date().toISOString();
