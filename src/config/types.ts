/** Where a value was written. `line` counts from 1; `section` is as in the header: `node web1`, `group web`, `DEFAULT`. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly section: string;
}

/** One evaluated `key: value` of a node. */
export interface Attribute {
  readonly key: string;
  /** After substitution. */
  readonly value: string;
  /** As written, multi-line values joined by `\n`. */
  readonly raw: string;
  readonly source: Source;
}

/** A node's attributes: DEFAULT, then its groups in order, then its own keys; in that order of first appearance. */
export interface NodeAttributes {
  readonly node: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** One mistake or warning, as `conc check` prints it: `conc.ini:14  [node web1]  sshd.prot: no such key. …` */
export interface Problem {
  readonly code: string;
  readonly level: 'error' | 'warning';
  readonly source: Source;
  /** What is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
}

/** One row of conc's own keys. The table is written once; docs and checks are made from it. */
export interface KeySpec {
  /** `sshd.port`, or `process.NAME.count` with NAME standing for any name. */
  readonly key: string;
  readonly type: 'text' | 'integer' | 'seconds' | 'yes/no' | 'choice' | 'path' | 'url' | 'command' | 'lines' | 'names';
  readonly choices?: readonly string[];
  /** As it would be written in the ini; undefined: there is none. */
  readonly default?: string;
  readonly meaning: string;
  /** A changed value makes a new release (product.md, "release"). */
  readonly identity: boolean;
  readonly secret: boolean;
}

export interface SshSettings {
  /** `sshd.ip` or `sshd.host`. */
  readonly host: string;
  readonly port: number | undefined;
  readonly user: string | undefined;
  /** `sshd.key`, or made from `op_key`; `~` expanded. */
  readonly key: string | undefined;
  readonly config: string | undefined;
  readonly jump: string | undefined;
  /** Extra `-o` options, `Name=value` each. */
  readonly options: readonly string[];
}

/** One process of the application: `process.NAME.*`. */
export interface ProcessSettings {
  readonly name: string;
  /** Split on the node by Python's shlex; the first word is looked up in the venv's bin first. */
  readonly command: string;
  readonly count: number;
  /** `127.0.0.1:8000`, `[::1]:8000` or `unix:/path`: a listening socket that the service manager owns and hands over. */
  readonly listen: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  /** Seconds that a process has to end after SIGTERM. */
  readonly stopTimeout: number;
}

export interface HealthSettings {
  /** Over HTTP: a URL, or a path such as `/healthz` that is asked of the first process with a `listen`. */
  readonly url: string | undefined;
  readonly status: number;
  /** Run in the release's environment; exit 0 is healthy. */
  readonly command: string | undefined;
  readonly tries: number;
  /** Seconds. */
  readonly interval: number;
  /** Seconds, for each try. */
  readonly timeout: number;
}

/** The typed view of a node's attributes: conc's own keys, parsed. */
export interface NodeSettings {
  readonly name: string;
  readonly app: string;
  readonly gateway: 'ssh' | 'popen';
  /** Absolute; for popen resolved against the folder of conc.ini; may start with `~/` for ssh. */
  readonly root: string;
  readonly python: string;
  /** undefined for popen. */
  readonly ssh: SshSettings | undefined;
  readonly service: 'none' | 'supervisord';
  readonly processes: readonly ProcessSettings[];
  readonly health: HealthSettings;
  /** Proven releases that are kept besides the current one. */
  readonly keep: number;
  readonly confirmWithin: number;
  readonly protected: boolean;
  /** The attributes that belong to the release's identity: the application's own keys, and conc's with `identity`. */
  readonly identity: Readonly<Record<string, string>>;
}
