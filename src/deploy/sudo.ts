import { z } from 'zod';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { connect } from '../gateway/connect.ts';
import type { Channel, Session } from '../gateway/types.ts';
import type { PlannedJob } from '../plan/plan.ts';
import type { Secret } from '../secrets/secret.ts';
import type { PasswordSource } from '../secrets/source.ts';
import type { OpenNode } from './open.ts';

/** How often a person is asked for one password. */
const TRIES = 3;
/** As messages call the controller. */
const HERE = 'this machine';

/** What the agent's call `sudo` says: protocol/README.md. */
const question = z.union([z.object({ needed: z.string() }), z.object({ wrong: z.string() })]);

/** Passwords by where jobs run; null: none is needed there. */
export type SudoSecrets = Readonly<Record<PlannedJob['where'], Secret | null>>;

/** Gives the password for jobs that need sudo for these commands (none: anything); null: sudo asks for none there. */
export type AskSudo = (
  open: Pick<OpenNode, 'session' | 'settings'>,
  where: PlannedJob['where'],
  commands: readonly string[],
) => Promise<Secret | null>;

/** Asks for what is needed, before anything is changed. `needs` gives null where no job needs sudo. */
export async function askSudo(
  open: OpenNode,
  ask: AskSudo,
  needs: (where: PlannedJob['where']) => readonly string[] | null,
): Promise<SudoSecrets> {
  const secret = async (where: PlannedJob['where']): Promise<Secret | null> => {
    const commands = needs(where);
    return commands === null ? null : ask(open, where, commands);
  };
  return { remote: await secret('remote'), local: await secret('local') };
}

/** A password is to be given, and the agent runs from code that lay on the node. Nothing was changed. */
export class KeptCode extends Error {}

/** Throws KeptCode where sudo wants a password for these commands: whoever can write to what was kept must not get it. */
export async function refuseKeptCode(session: Session, commands: readonly string[] | null): Promise<void> {
  if (!session.kept || commands === null) return;
  const channel = session.call('sudo', { commands });
  try {
    for await (const item of channel)
      if (item.kind === 'json' && question.safeParse(item.value).success) throw new KeptCode();
    await channel.reply;
  } finally {
    channel.cancel();
  }
}

/** The sudo passwords of one run of conc. Each is asked for once, verified by the node's own sudo, and held in memory alone. */
export class SudoPasswords {
  readonly #source: (settings: NodeSettings) => PasswordSource | undefined;
  /** By `user@node`. */
  readonly #verified = new Map<string, Secret>();
  /** The one that was right last, and where: tried first on the next node. */
  #last: { readonly secret: Secret; readonly machine: string } | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: (settings: NodeSettings) => PasswordSource | undefined) {
    this.#source = source;
  }

  /**
   * The password for what jobs need sudo for, as shell words (none: anything); null: sudo asks for none there.
   * ConcError `sudo.*`, BLOCKED, where there is none that is right; nothing was changed then.
   */
  for: AskSudo = ({ session, settings }, where, commands) => {
    // One after the other: a person reads one prompt at a time.
    const result = this.#turn.then(() =>
      where === 'remote'
        ? this.#agree(session, settings.name, settings, commands)
        : onThisMachine((near) => this.#agree(near, HERE, settings, commands)),
    );
    this.#turn = result.catch(() => undefined);
    return result;
  };

  async #agree(
    session: Session,
    machine: string,
    settings: NodeSettings,
    commands: readonly string[],
  ): Promise<Secret | null> {
    const { user } = session.facts;
    const channel = session.call('sudo', { commands });
    const candidates = this.#candidates(this.#source(settings), machine, user);
    try {
      const right = await converse(channel, candidates, session.kept);
      await channel.reply;
      if (right === null) return null;
      this.#verified.set(`${user}@${machine}`, right);
      this.#last = { secret: right, machine };
      return right;
    } finally {
      channel.cancel();
    }
  }

  /** What may be right, the likeliest first. The iteration throws once there is nothing more to try. */
  async *#candidates(
    source: PasswordSource | undefined,
    name: string,
    user: string,
  ): AsyncGenerator<Secret, never, void> {
    const known = this.#verified.get(`${user}@${name}`) ?? this.#last?.secret;
    if (known !== undefined) yield known;
    if (source === undefined) throw nobodyToAsk(user, name);
    const what = `sudo password of ${user} on ${name}`;
    const other = known === undefined ? '' : ` (not that of ${this.#last?.machine})`;
    for (let tried = 0; tried < (source.asksAgain ? TRIES : 1); tried += 1) {
      const given = await source.read(tried === 0 ? `${what}${other}:` : `That was wrong. ${what}:`);
      if (given === undefined) throw notGiven(user, name);
      // The same wrong one again would only count as another attempt.
      if (tried > 0 || known === undefined || !given.equals(known)) yield given;
    }
    throw wrong(user, name, source);
  }
}

async function onThisMachine<Result>(use: (session: Session) => Promise<Result>): Promise<Result> {
  const session = await connect({ kind: 'popen', node: HERE, python: 'python3' });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Gives the agent one after the other until it has the right one; null: it needs none. */
async function converse(
  channel: Channel,
  candidates: AsyncGenerator<Secret, never, void>,
  kept: boolean,
): Promise<Secret | null> {
  let given: Secret | null = null;
  for await (const item of channel) {
    // The reply is a message too: it is read from `channel.reply`.
    if (item.kind !== 'json' || !question.safeParse(item.value).success) continue;
    if (kept) throw new Error('no password is given to an agent whose code was not sent to it');
    given = (await candidates.next()).value;
    channel.send({ password: given.reveal() });
  }
  return given;
}

const blocked = (code: string, message: string, hint: string): ConcError =>
  new ConcError({ code, message, hint, state: 'nothing was changed', exit: 3 });

const nobodyToAsk = (user: string, node: string): ConcError =>
  blocked(
    'sudo.no-password',
    `a job needs sudo on ${node}, the password of ${user} is needed for it, and there is no terminal to ask on`,
    'run conc at a terminal; or give it on a descriptor: --sudo-password-fd 3 3< FILE; or by a command in conc.ini: sudo.password.command = pass show web',
  );

const notGiven = (user: string, node: string): ConcError =>
  blocked('sudo.not-given', `the sudo password of ${user} on ${node} was not given`, `again: the same command`);

const wrong = (user: string, node: string, { name, asksAgain }: PasswordSource): ConcError =>
  blocked(
    'sudo.wrong-password',
    asksAgain
      ? `sudo on ${node} did not take the password of ${user}, ${TRIES} times`
      : `sudo on ${node} did not take the password of ${user} that came from ${name}`,
    `try it on the node: sudo -k -v`,
  );
