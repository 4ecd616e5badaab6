/** Where a value was written. `line` counts from 1, 0 is the file as a whole; `section` is as in the header: `node web1`, `group web`, `DEFAULT`. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly section: string;
}

/** One `key = value` as the file has it. */
export interface Written {
  /** Folded to lower case: what it is looked up by. */
  readonly key: string;
  readonly spelled: string;
  /** Before substitution; the lines of a multi-line value joined by `\n`. */
  readonly value: string;
  /** The header's text: `node web1`. */
  readonly section: string;
  /** Of the key, from 1. */
  readonly line: number;
  /** Where each line of `value` stands: comments between them are not part of it. */
  readonly lines: readonly number[];
}

/** One `[section]`: its own keys, without DEFAULT's. */
export interface Section {
  readonly name: string;
  /** Of its (first) header; 1 for a DEFAULT that has none. */
  readonly line: number;
  readonly keys: ReadonlyMap<string, Written>;
}

/** A file that was read, before substitution. */
export interface Config {
  /** Absolute. */
  readonly file: string;
  /** As people are told it: relative to where they are, where that is shorter. */
  readonly shown: string;
  readonly defaults: Section;
  /** All but DEFAULT, in the order of the file. */
  readonly sections: ReadonlyMap<string, Section>;
  /** What Python's configparser would have refused. Empty in what `loadConfig` returns. */
  readonly problems: readonly Problem[];
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
  /** Bounds of an integer or of seconds, inclusive. */
  readonly least?: number;
  readonly most?: number;
  /** What a text, or each of its lines, must look like; `words` say it to a person. */
  readonly form?: { readonly pattern: RegExp; readonly words: string };
  readonly meaning: string;
  /** A changed value makes a new release (product.md, "release"). */
  readonly identity: boolean;
  /** Its value is shown as `***`. */
  readonly secret: boolean;
  /** Taken and checked, but no command of this version acts on it yet. */
  readonly later?: true;
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
  /** Seconds that a connection stays open for the next command; missing: it doesn't. */
  readonly persist?: number;
}

/** Who starts the application's processes: `service`. */
export const SERVICE_KINDS = ['none', 'supervisord', 'systemd', 'initscript'] as const;
/** The same as the agent has it: systemd and supervisord are the deploying user's own, or with `service.scope = system` the machine's. */
export type ServiceKind = (typeof SERVICE_KINDS)[number] | 'systemd_system' | 'supervisord_system';

/** How long a link may be silent, in seconds: `link.*`. */
export interface LinkSettings {
  /** A ping is sent after so long. */
  readonly ping: number;
  /** The far side is regarded as gone after so long. */
  readonly lost: number;
}

/** Names of what is enabled in the machine's web servers. */
export interface EnabledSettings {
  readonly nginx: { readonly sites: readonly string[] };
  readonly apache2: {
    readonly sites: readonly string[];
    readonly modules: readonly string[];
    readonly confs: readonly string[];
  };
}

/** What cron runs: `cron.NAME.*`. */
export interface CronSettings {
  readonly name: string;
  /** As crontab(5) has it. */
  readonly when: string;
  /** As of a process. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
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
  /** When a service manager takes it for started: once it runs, or once it says so. */
  readonly ready: 'exec' | 'notify';
  /** Seconds that a process has to end after SIGTERM. */
  readonly stopTimeout: number;
  /** A new one starts first; the old one ends by itself, and nobody waits for it. */
  readonly drain: boolean;
  /** It runs on one node only: this one. */
  readonly singleton: boolean;
}

export interface HealthSettings {
  /** Over HTTP: a URL, or a path such as `/healthz` that is asked of the first process with a `listen`. */
  readonly url: string | undefined;
  readonly status: number;
  /** Run in the release's environment; exit 0 is healthy. */
  readonly command: string | undefined;
  /** Seconds that every process has to stay up, without a restart; 0: it isn't watched. */
  readonly staysUp: number;
  readonly tries: number;
  /** Seconds. */
  readonly interval: number;
  /** Seconds, for each try. */
  readonly timeout: number;
}

/** Static files of a release: what collects them, or where they are; at most one of the two. */
export interface StaticSettings {
  readonly command: string | undefined;
  /** Below `site-packages`. */
  readonly folder: string | undefined;
  /** Seconds. */
  readonly timeout: number;
}

/** How something that Python runs on is reached: what nodes and builders have in common. */
export interface BuilderSettings {
  readonly name: string;
  readonly gateway: 'ssh' | 'popen';
  readonly python: string;
  /** undefined for popen. */
  readonly ssh: SshSettings | undefined;
  readonly link: LinkSettings;
}

/** What is locked: `lock.*`. The same for every node, as a lock serves them all. */
export interface LockSettings {
  readonly requirements: readonly string[];
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  /** undefined: not said, whatever goes by that name. */
  readonly devops: readonly string[] | undefined;
}

/** The typed view of a node's attributes: conc's own keys, parsed. */
export interface NodeSettings {
  readonly name: string;
  readonly app: string;
  readonly gateway: 'ssh' | 'popen';
  /** Absolute; for popen resolved against the folder of conc.ini; may start with `~/` for ssh. */
  readonly root: string;
  /** In the order in which it takes their keys. */
  readonly groups: readonly string[];
  /** Where the tree `etc/` goes: absolute, `~/…`, or below `root`; null: nowhere. */
  readonly etcRoot: string | null;
  readonly enabled: EnabledSettings;
  readonly crons: readonly CronSettings[];
  readonly python: string;
  /** undefined for popen. */
  readonly ssh: SshSettings | undefined;
  readonly service: ServiceKind;
  /** The account that processes run as where root starts them; undefined: the deploying user. */
  readonly serviceUser: string | undefined;
  readonly link: LinkSettings;
  readonly processes: readonly ProcessSettings[];
  /** Singletons that this node would have, and another one runs. */
  readonly elsewhere: readonly { readonly process: string; readonly node: string }[];
  readonly health: HealthSettings;
  readonly static: StaticSettings;
  readonly lock: LockSettings;
  /** Debian packages that it needs on the node, beside those that conc knows of. */
  readonly packages: readonly string[];
  /** Proven releases that are kept besides the current one. */
  readonly keep: number;
  readonly confirmWithin: number;
  /** By a new connection. */
  readonly confirmFresh: boolean;
  readonly protected: boolean;
  /** Paths below a venv at which wheels may bring different content; one that ends in `/` is a whole folder. */
  readonly allowCollisions: readonly string[];
  /** Releases with the same vendors' wheels share one tree of them. */
  readonly sharesVendors: boolean;
  /** Every evaluated attribute: what ops of the application's own are given. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Where the application's list of jobs is; null: conc's default sequence. */
  readonly jobs: { readonly module: string; readonly attribute: string } | null;
  /** What the job `test_release` runs: levels, and the seconds that each test may take. */
  readonly tests: { readonly levels: readonly string[]; readonly timeout: number };
  /** Runs the jobs of the phase `once` where several nodes are deployed together. */
  readonly once: boolean;
  /** A command on this machine that prints the sudo password. */
  readonly sudoPasswordCommand: string | undefined;
  /** The attributes that belong to the release's identity: the application's own keys, and conc's with `identity`. */
  readonly identity: Readonly<Record<string, string>>;
  /** Paths in the application's wheel, or folders with a slash at their end, that are no secrets though they look like it. */
  readonly allowSecrets: readonly string[];
  /** The same of tests that are to be on nodes. */
  readonly allowTests: readonly string[];
}
