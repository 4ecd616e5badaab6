import { ConcError } from '../errors/conc-error.ts';
import { readAgentSources } from './agent-sources.ts';
import { type Ask, openAskpass } from './askpass.ts';
import type { Backend } from './backend.ts';
import { BannerScanner } from './banner.ts';
import { notConnected, tooOld } from './diagnose.ts';
import { openBackend } from './open-backend.ts';
import type { GatewaySession } from './session.ts';
import type { LogRecord, Observer, Session, Target } from './types.ts';

export interface ConnectOptions {
  /** Gives the attempt up. A session that came about is not touched by it. */
  readonly signal?: AbortSignal;
  /** What is printed on the far side, from the first line on. */
  readonly log?: (record: LogRecord) => void;
  /** Writes what is carried both ways into this file (JSON lines, readable by its owner only), for `recorder` to replay. */
  readonly record?: string;
  /** Seconds for the TCP connection; 15. */
  readonly connectTimeout?: number;
  /** Seconds until the agent must have answered, log-in and prompts included; 60, or 300 where a person may be asked. */
  readonly answerTimeout?: number;
  /** A person is there: ssh may ask for a passphrase, a password or a touch of a key. Without: ssh asks nothing. */
  readonly ask?: Ask | undefined;
  /** Shares no connection with others (ssh_config(5), ControlPath). */
  readonly alone?: boolean;
  /** More folders of modules, each of which stands for `conc_agent`. */
  readonly moduleFolders?: readonly string[];
  /** The root on the node in which the agent's code may be kept: a connection that finds it there is not sent it. */
  readonly keptIn?: string;
  /** Modules that the first call will need: where they are kept, they are loaded while the hello is on its way. */
  readonly soon?: readonly string[];
  /** Hears what the session does from its beginning on. */
  readonly observer?: Observer | undefined;
}

/** Streams the agent into an interpreter near or far. Rejects with a ConcError that a person can act on. */
export async function connect(target: Target, options: ConnectOptions = {}): Promise<Session> {
  if (options.signal?.aborted === true) throw cancelled(target, options.signal.reason);
  const askpass = target.kind === 'ssh' && options.ask !== undefined ? await openAskpass(options.ask) : undefined;
  try {
    const backend = await openBackend(target, { ...options, askpass });
    // A log-in takes longer than all that conc has to do for it: what comes after is read and loaded meanwhile.
    return await answered(target, backend, options);
  } finally {
    await askpass?.close();
  }
}

interface Begun {
  readonly session: GatewaySession;
  readonly scanner: BannerScanner;
  readonly backend: Backend;
}

/** From a process that has been started to the agent's hello. */
async function answered(target: Target, opened: Backend, options: ConnectOptions): Promise<Session> {
  const { session, scanner, backend } = await begin(target, opened, options).catch(async (error: unknown) => {
    opened.kill();
    await opened.ended;
    throw error;
  });
  const limits = watch(target, session, scanner, options);
  try {
    await Promise.race([session.hello, notConnected(target, backend, scanner)]);
    return session;
  } catch (error) {
    const reason = error instanceof ConcError ? error : cancelled(target, error);
    session.fail(reason);
    await backend.ended;
    throw reason;
  } finally {
    limits.clear();
  }
}

/** Writes the payload, and listens. */
async function begin(
  target: Target,
  opened: Backend,
  { observer, log, record, moduleFolders, keptIn, soon }: ConnectOptions,
): Promise<Begun> {
  const [{ GatewaySession }, { assemblePayload }, sources, backend] = await Promise.all([
    import('./session.ts'),
    import('./payload.ts'),
    readAgentSources(moduleFolders),
    record === undefined ? opened : import('./record.ts').then(({ recorded }) => recorded(opened, record)),
  ]);
  const payload = assemblePayload(sources, keptIn, soon);
  const session = new GatewaySession({ target, backend, sources, sent: payload.modules, log, observer });
  session.bytes.sent += payload.bytes.length;
  observer?.sent(payload.bytes.length);
  const scanner = awaitBanner(target, backend, session, observer);
  backend.write(payload.bytes);
  return { session, scanner, backend };
}

/** Bytes go to the scanner until the banner came, then to the session. */
function awaitBanner(
  target: Target,
  backend: Backend,
  session: GatewaySession,
  observer: Observer | undefined,
): BannerScanner {
  const scanner = new BannerScanner();
  let ready = false;
  backend.listen((bytes) => {
    if (ready) return session.receive(bytes);
    try {
      const found = scanner.feed(bytes);
      if (found === undefined) return;
      session.noise = scanner.noise;
      session.bytes.received += scanner.noise.length;
      observer?.received(scanner.noise.length);
      observer?.stage('banner');
      if (found.banner.kind === 'old') return session.fail(tooOld(target, found.banner.python));
      ready = true;
      session.receive(found.rest);
    } catch (error) {
      if (!(error instanceof ConcError)) throw error;
      session.fail(error);
    }
  });
  return scanner;
}

/** The limit in time, and the caller's wish to give up. */
function watch(
  target: Target,
  session: GatewaySession,
  scanner: BannerScanner,
  options: ConnectOptions,
): { clear(): void } {
  const seconds = options.answerTimeout ?? (options.ask === undefined ? 60 : 300);
  const timer = setTimeout(() => session.fail(noAnswer(target, seconds, scanner.noise)), seconds * 1000);
  const abort = (): void => session.fail(cancelled(target, options.signal?.reason));
  options.signal?.addEventListener('abort', abort, { once: true });
  // It may have been given up before anybody listened.
  if (options.signal?.aborted === true) abort();
  return {
    clear: () => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
    },
  };
}

function noAnswer(target: Target, seconds: number, noise: string): ConcError {
  return new ConcError({
    code: 'gateway.no-answer',
    message: `${target.node} did not start the agent within ${seconds} s`,
    hint: 'log in by hand with the same ssh options: does something at login wait for an answer?',
    evidence: noise === '' ? [] : noise.slice(-2000).split('\n'),
    exit: 1,
  });
}

function cancelled(target: Target, cause: unknown): ConcError {
  return new ConcError({
    code: 'gateway.cancelled',
    message: `connecting to ${target.node} was cancelled`,
    exit: 1,
    cause,
  });
}
