import type { LinkSettings, SshSettings } from '../config/types.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a gateway's interpreter runs. */
export type Target =
  | {
      readonly kind: 'popen';
      readonly node: string;
      readonly python: string;
      /** How long it may be silent; the defaults if not given. */
      readonly link?: LinkSettings;
      readonly script?: ScriptProcess;
    }
  | {
      readonly kind: 'ssh';
      readonly node: string;
      readonly python: string;
      readonly ssh: SshSettings;
      readonly link?: LinkSettings;
      readonly script?: ScriptLogin;
    }
  /** Replays a recorded session: no node. `file` holds what a real backend carried, both ways. */
  | { readonly kind: 'recorder'; readonly node: string; readonly file: string };

/** A near interpreter that a script asked for, started as execnet would: not isolated from its surroundings. */
export interface ScriptProcess {
  /** The interpreter and its options. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A far interpreter that a script asked for, not isolated either. */
export interface ScriptLogin {
  /** What stands behind `ssh` on the script's own command line, the host among it; undefined: `ssh` says it. */
  readonly args: readonly string[] | undefined;
  /** The interpreter, as words of the login shell. */
  readonly command: string;
}

/** What the node's interpreter is: enough to compute wheel tags and markers on the controller (PEP 425, 508, 600). */
export interface Facts {
  /** Protocol version of the agent. */
  readonly protocol: number;
  readonly python: {
    /** `[3, 11, 2]` */
    readonly version: readonly [number, number, number];
    /** `sys.version_info.releaselevel`-aware text, as `platform.python_version()` gives it. */
    readonly full: string;
    /** `cpython` */
    readonly implementation: string;
    /** `sys.implementation.cache_tag`: `cpython-311` */
    readonly cacheTag: string;
    /** `sysconfig.get_config_var('SOABI')`, or null. */
    readonly soabi: string | null;
    /** The real path of the base interpreter: what a venv's `bin/python` will point at. */
    readonly executable: string;
    readonly pointerBits: 32 | 64;
    /** `sysconfig.get_platform()`: `linux-x86_64` */
    readonly platform: string;
    /** abiflags, Py_DEBUG, free-threading: what PEP 425 tags need. */
    readonly abiflags: string;
    readonly freeThreaded: boolean;
    readonly hasVenv: boolean;
  };
  /** PEP 508 environment markers, as `packaging.markers.default_environment()` gives them. */
  readonly markers: Readonly<Record<string, string>>;
  readonly libc: { readonly kind: 'glibc' | 'musl' | 'unknown'; readonly version: readonly [number, number] | null };
  readonly machine: string;
  readonly hostname: string;
  readonly user: string;
  readonly uid: number;
  readonly home: string;
  readonly machineId: string | null;
  /** boot-id with pid 1's start time: `<boot id>:<start>`; differs after every start, of a container too. */
  readonly boot: string;
  /** Seconds since the epoch by the node's clock. */
  readonly time: number;
  readonly pid: number;
}

/** What arrives on a channel. */
export type Item = { readonly kind: 'json'; readonly value: Json } | { readonly kind: 'blob'; readonly bytes: Buffer };

/**
 * A two-way pipe of messages between controller and gateway. Ends by the far side's close, by `cancel`, or with the session.
 * Iterate it to take what arrives: a far side that sent 1 MiB which nobody took waits. The iteration ends quietly however
 * the channel ends; `reply` tells how.
 */
export interface Channel extends AsyncIterable<Item> {
  readonly id: number;
  send(value: Json): void;
  /** Sends bytes as blob frames, in order with `send`; resolves when credit allowed the last of them to be written, or the channel ended well; rejects as `reply` does. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing more will be sent from here. */
  end(): void;
  /** Closes both directions at once; the far side's receive ends. */
  cancel(): void;
  /** The call's reply: the last message before the far side closed. Rejects with ConcError on a far error or a lost session. */
  readonly reply: Promise<Json>;
}

/** A connected gateway: one interpreter, near or far. */
export interface Session {
  readonly target: Target;
  readonly facts: Facts;
  /** The agent runs from code that its account has kept on the node, and that nobody sent: it is given no password. */
  readonly kept: boolean;
  /** What came on stdout before the banner: motd, rc files. */
  readonly noise: string;
  readonly bytes: { readonly sent: number; readonly received: number };
  /** Starts `serve(channel, request)` of `conc_agent.calls.NAME` on the far side. It and what it imports by name is sent ahead. */
  call(name: string, request: Json): Channel;
  /** Says what calls will need next: a node that has kept its code loads it while nothing else is to be done. */
  soon(modules: readonly string[]): void;
  /** Sends modules ahead (`conc_agent.ops.switch`), with what they import: those that are imported by a computed name, or once the link is gone. */
  push(modules: readonly string[]): void;
  /** Log records of the far side (prints, stderr, warnings): subscribed before the first call, or lost. */
  onLog(listener: (record: LogRecord) => void): void;
  /** Resolves when the session is over, with why; never rejects. */
  readonly closed: Promise<{ readonly reason: 'closed' | 'lost'; readonly words: readonly string[] }>;
  /** A clean end: goodbye, end of input, wait; then the process is ended by pid. */
  close(): Promise<void>;
  /** No clean end: the near process, ssh's or the interpreter's own, is ended by pid. */
  kill(): Promise<void>;
}

/** Hears what a session does, as it does it: for who measures. The far side's calls are asked for their own figures then. */
export interface Observer {
  /** How far the session is: the banner came, the hello, goodbye was said, it is over. */
  stage(stage: 'banner' | 'hello' | 'closing' | 'over'): void;
  sent(bytes: number): void;
  received(bytes: number): void;
  /** The far side waits for an answer that is no reply to a call: a module. */
  asked(): void;
  called(channel: number, name: string): void;
  /** A JSON message of a call. True: it was for the observer alone. */
  heard(channel: number, message: Json): boolean;
  ended(channel: number): void;
}

export interface LogRecord {
  readonly time: number;
  readonly level: string;
  readonly name: string;
  readonly message: string;
}
