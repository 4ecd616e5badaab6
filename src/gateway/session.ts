import type { LinkSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { type AgentSources, closureOf } from './agent-sources.ts';
import type { Backend } from './backend.ts';
import { CallChannel } from './channel.ts';
import { farError, field } from './far-error.ts';
import { parseFacts } from './far-facts.ts';
import {
  encodeFrame,
  encodeHeader,
  type Frame,
  FrameDecoder,
  type FrameKind,
  HEADER,
  JsonParts,
  splitJson,
} from './frames.ts';
import { Keepalive } from './keepalive.ts';
import { sessionLost } from './lost.ts';
import { packModules, packRequest } from './payload.ts';
import { DEFAULT_LINK } from './target.ts';
import type { Channel, Facts, Json, LogRecord, Observer, Session, Target } from './types.ts';

/** Milliseconds that the far side has to end by itself after goodbye. */
const GOODBYE = 5000;
/** Payloads below so many bytes are copied behind their header: one write for both. */
const COPIED = 4096;

export interface SessionParts {
  readonly target: Target;
  readonly backend: Backend;
  readonly sources: AgentSources;
  /** Modules that the payload carried. */
  readonly sent: readonly string[];
  readonly log: ((record: LogRecord) => void) | undefined;
  readonly observer?: Observer | undefined;
}

/** A session from its banner on: frames to channels and back. */
export class GatewaySession implements Session {
  readonly target: Target;
  readonly closed: Promise<{ readonly reason: 'closed' | 'lost'; readonly words: readonly string[] }>;
  /** Resolves with the hello. */
  readonly hello: Promise<Facts>;
  readonly bytes = { sent: 0, received: 0 };
  noise = '';
  kept = false;
  readonly #backend: Backend;
  readonly #sources: AgentSources;
  readonly #sent: Set<string>;
  readonly #decoder = new FrameDecoder();
  readonly #json = new JsonParts();
  readonly #channels = new Map<number, CallChannel>();
  readonly #listeners: ((record: LogRecord) => void)[];
  readonly #over = Promise.withResolvers<{ readonly reason: 'closed' | 'lost'; readonly words: readonly string[] }>();
  readonly #hello = Promise.withResolvers<Facts>();
  /** The near process was left to end by itself. */
  readonly #left = Promise.withResolvers<void>();
  readonly #link: LinkSettings;
  readonly #observer: Observer | undefined;
  /** From the hello on: until then somebody may be asked for a passphrase, and `connect` has a limit of its own. */
  #keepalive: Keepalive | undefined;
  #facts: Facts | undefined;
  #next = 1;
  #state: 'open' | 'closing' | 'over' = 'open';
  #lost: ConcError | undefined;

  constructor({ target, backend, sources, sent, log, observer }: SessionParts) {
    this.target = target;
    this.#link = (target.kind === 'recorder' ? undefined : target.link) ?? DEFAULT_LINK;
    this.closed = this.#over.promise;
    this.hello = this.#hello.promise;
    this.hello.catch(() => {});
    this.#backend = backend;
    this.#sources = sources;
    this.#sent = new Set(sent);
    this.#observer = observer;
    this.#listeners = log === undefined ? [] : [log];
    void backend.ended.then((ending) => {
      if (ending.kind === 'failed') this.#fail(ending.error);
      // Before the hello, `connect` tells what the end means.
      else if (this.#facts !== undefined) this.#fail(sessionLost(target, 'the connection ended', backend.words));
    });
  }

  get facts(): Facts {
    if (this.#facts === undefined) throw new Error('a session has facts from its hello on');
    return this.#facts;
  }

  call(name: string, request: Json): Channel {
    const observer = this.#observer;
    const id = this.#next;
    const overhear = observer && ((message: Json) => observer.heard(id, message));
    const channel = new CallChannel(id, name, (kind, to, payload) => this.#emit(kind, to, payload), overhear);
    this.#next += 2;
    if (this.#state !== 'open') {
      channel.finish(this.#lost ?? sessionLost(this.target, 'the session was closed', this.#backend.words));
      return channel;
    }
    this.#channels.set(channel.id, channel);
    observer?.called(id, name);
    this.push([`conc_agent.calls.${name}`, ...(observer === undefined ? [] : ['conc_agent.calls.timed'])]);
    const asked = observer === undefined ? request : { call: name, request };
    this.#tell({ call: observer === undefined ? name : 'timed', channel: id, ...packRequest(asked) });
    return channel;
  }

  soon(modules: readonly string[]): void {
    this.#tell({ soon: modules });
  }

  push(modules: readonly string[]): void {
    const names = new Set(modules.flatMap((module) => closureOf(this.#sources, module))).difference(this.#sent);
    if (names.size > 0) this.#sendModules(names);
  }

  onLog(listener: (record: LogRecord) => void): void {
    this.#listeners.push(listener);
  }

  /** The bytes behind the banner. */
  receive(data: Buffer): void {
    this.bytes.received += data.length;
    this.#keepalive?.heard();
    try {
      for (const frame of this.#decoder.feed(data)) {
        this.#observer?.received(HEADER + frame.payload.length);
        this.#handle(frame);
      }
    } catch (error) {
      if (!(error instanceof ConcError)) throw error;
      this.#fail(error);
      this.#backend.kill();
    }
  }

  async close(): Promise<void> {
    if (this.#state === 'open') {
      this.#observer?.stage('closing');
      this.#tell({ bye: true });
      this.#state = 'closing';
      this.#keepalive?.stop();
      this.#backend.end();
    }
    const timer = setTimeout(() => this.#abandon(), GOODBYE);
    await Promise.race([this.#backend.ended, this.#left.promise]);
    clearTimeout(timer);
    this.#finish('closed', sessionLost(this.target, 'the session was closed', this.#backend.words));
  }

  async kill(): Promise<void> {
    this.fail(sessionLost(this.target, 'it was ended from here', this.#backend.words));
    await this.#backend.ended;
  }

  /** Gives up a session that did not come about, or that nobody can use any more. */
  fail(error: ConcError): void {
    this.#fail(error);
    this.#backend.kill();
  }

  /** Ending ssh leaves the far agent to finish its call. A near agent is the process itself: ending that would cut the call off. */
  #abandon(): void {
    if (this.target.kind === 'popen' && this.#channels.size > 0) {
      this.#backend.leave();
      this.#left.resolve();
    } else {
      this.#backend.kill();
    }
  }

  #handle(frame: Frame): void {
    if (frame.kind === 'P') this.#emit('Q', 0, frame.payload);
    else if (frame.channel !== 0) this.#toChannel(frame);
    else if (frame.kind === 'J' || frame.kind === 'M') {
      const whole = this.#json.add(frame.kind, frame.payload);
      if (whole !== undefined) this.#hear(whole.value);
    } else if (frame.kind === 'X') {
      this.#fail(farError('the agent', new JsonParts().add('J', frame.payload)?.value));
    }
  }

  #toChannel(frame: Frame): void {
    const channel = this.#channels.get(frame.channel);
    channel?.arrived(frame);
    if (channel?.open === false) {
      this.#channels.delete(frame.channel);
      this.#observer?.ended(frame.channel);
    }
  }

  #hear(message: Json): void {
    const hello = field(message, 'hello');
    const need = field(message, 'need');
    const needs = field(message, 'needs');
    const log = field(message, 'log');
    if (hello !== undefined) {
      this.#facts = parseFacts(hello);
      this.kept = field(message, 'kept') === true;
      // Then it has every module of this very agent.
      if (this.kept) for (const name of this.#sources.keys()) this.#sent.add(name);
      this.#observer?.stage('hello');
      this.#tell({ keepalive: { ...this.#link } });
      this.#keepalive ??= this.#watch();
      this.#hello.resolve(this.#facts);
    } else if (typeof need === 'string') {
      this.#observer?.asked();
      this.#sendModule(need);
    } else if (needs === null) {
      this.#sendModules(new Set(this.#sources.keys()).difference(this.#sent));
    } else if (Array.isArray(needs)) {
      this.#observer?.asked();
      const names = new Set(needs.filter((name) => typeof name === 'string'));
      const known = new Set(this.#sources.keys());
      this.#sendModules(names.intersection(known));
      for (const name of names.difference(known)) this.#sendModule(name);
    } else if (log !== undefined) {
      const record = logRecord(log);
      for (const listener of this.#listeners) listener(record);
    }
  }

  /** A recording may be silent. */
  #watch(): Keepalive | undefined {
    if (this.target.kind === 'recorder') return undefined;
    return new Keepalive(this.#link, {
      ping: () => this.#emit('P', 0, Buffer.alloc(8)),
      lost: () => {
        this.#abandon();
        this.#fail(sessionLost(this.target, `nothing was heard for ${this.#link.lost} s`, this.#backend.words));
      },
    });
  }

  #sendModule(name: string): void {
    const known = this.#sources.get(name);
    this.#sent.add(name);
    this.#tell({ module: name, source: known?.source ?? null, package: known?.package ?? false });
  }

  #sendModules(names: Iterable<string>): void {
    for (const name of names) this.#sent.add(name);
    this.#emit('B', 0, packModules(this.#sources, [...names]));
  }

  #tell(message: Json): void {
    for (const { kind, payload } of splitJson(message)) this.#emit(kind, 0, payload);
  }

  #emit(kind: FrameKind, channel: number, payload: Uint8Array = Buffer.alloc(0)): void {
    if (this.#state !== 'open') return;
    if (payload.length < COPIED) {
      this.#write(encodeFrame(kind, channel, payload));
    } else {
      this.#write(encodeHeader(kind, channel, payload.length));
      this.#write(payload);
    }
  }

  #write(bytes: Uint8Array): void {
    this.bytes.sent += bytes.length;
    this.#observer?.sent(bytes.length);
    this.#backend.write(bytes);
  }

  #fail(error: ConcError): void {
    if (this.#state === 'closing') return;
    this.#lost ??= error;
    this.#hello.reject(error);
    this.#finish('lost', error);
  }

  #finish(reason: 'closed' | 'lost', error: ConcError): void {
    this.#keepalive?.stop();
    if (this.#state !== 'over') this.#observer?.stage('over');
    this.#state = 'over';
    for (const channel of this.#channels.values()) channel.finish(error);
    this.#channels.clear();
    this.#over.resolve({ reason, words: this.#backend.words });
  }
}

function logRecord(log: Json): LogRecord {
  const time = field(log, 'time');
  const text = (key: string): string => {
    const value = field(log, key);
    return typeof value === 'string' ? value : '';
  };
  return {
    time: typeof time === 'number' ? time : 0,
    level: text('level'),
    name: text('name'),
    message: text('message'),
  };
}
