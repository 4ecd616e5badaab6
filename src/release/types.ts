import type { Json } from '../gateway/types.ts';

/** What the agent's `survey` tells of a root. Reads only. */
export interface Survey {
  /** Absolute, `~` expanded by the node. */
  readonly root: string;
  readonly exists: boolean;
  /** The id that `current` points at. */
  readonly current: string | null;
  /** What launchers would start (serving.json), which may differ from `current` after a power loss. */
  readonly serving: {
    readonly from: string | null;
    readonly to: string;
    readonly confirmed: boolean;
    readonly sameBoot: boolean;
  } | null;
  readonly releases: readonly ReleaseRecord[];
  /** What releases' migrations did to the database, of pruned ones too. */
  readonly schemas: readonly SchemaChange[];
  /** The running number that the next new release gets. */
  readonly next: number;
  readonly change: ChangeRecord | null;
  /** The last change, where its guard had to undo it: told until another one ends. */
  readonly guarded: Guarded | null;
  readonly disk: {
    readonly freeBytes: number;
    readonly freeInodes: number | null;
    readonly fileSystem: string;
    readonly options: readonly string[];
    readonly noexec: boolean;
    readonly readOnly: boolean;
    readonly network: boolean;
    readonly writable: boolean;
    readonly owner: number | null;
  };
  /** Digests of the wheels whose store entries are complete for this interpreter. */
  readonly store: readonly string[];
  /** Has conc ever placed files of an etc tree from here? */
  readonly etc: boolean;
  /** The application's secrets, as the next deploy takes them; null: none was ever set. */
  readonly env: SecretsRecord | null;
  readonly service: {
    /** What its manager needs sudo for, as shell words; null: nothing. */
    readonly sudoCommands: readonly string[] | null;
    /** By process, where its manager listens now; `count`: of the processes at one socket, where another number needs a new one. */
    readonly listening: Readonly<Record<string, { readonly listen: string; readonly count: number | null }>>;
  };
  /** Programs of the machine that have not taken up yet what was placed for them: `nginx`, `systemd shop.timer`. */
  readonly owed: readonly string[];
  /** Each process that the service manager knows. */
  readonly processes: readonly ProcessRecord[];
}

/** A generation of the application's secrets: names, never values. */
export interface SecretsRecord {
  readonly generation: number;
  /** ISO 8601, by the node's clock. */
  readonly since: string;
  readonly by: string;
  /** Sorted; since when, and by whom, each has the value that it has. */
  readonly names: readonly { readonly name: string; readonly since: string; readonly by: string }[];
}

/** A change that its guard undid, because its agent was gone. */
export interface Guarded {
  readonly kind: string;
  readonly release: string;
  readonly by: string;
  /** When it was undone: ISO 8601, by the node's clock. */
  readonly time: string;
  readonly why: string;
  /** What was so then. */
  readonly state: string;
}

export interface ReleaseRecord {
  /** `r42-c21e88b0` */
  readonly id: string;
  readonly bundle: string;
  readonly version: string;
  readonly state: 'proven' | 'unproven' | 'failed';
  /** ISO 8601, by the node's clock: when it came to this state. */
  readonly since: string;
  readonly by: string;
  /** False: install was cut off; it is swept by the next change. */
  readonly complete: boolean;
  readonly live: boolean;
  /** The generation of the application's secrets that it names; null: none. */
  readonly env: number | null;
}

/** `before` and `after`: what the migration tool calls its heads; compatible: the code before can work with it. */
export interface SchemaChange {
  readonly release: string;
  readonly before: Json;
  readonly after: Json;
  readonly compatible: boolean;
}

/** What jobs need sudo for, on the node and on the controller, as shell words; none: it is not known; null: no job does. */
export interface SudoNeeds {
  readonly remote: readonly string[] | null;
  readonly local: readonly string[] | null;
}

export interface ChangeRecord {
  readonly state: 'running' | 'halted' | 'interrupted';
  readonly kind: 'deploy' | 'rollback' | 'env';
  readonly by: string;
  readonly since: string;
  readonly job: { readonly index: number; readonly name: string; readonly of: number } | null;
  readonly release: string;
  /** Is the one who began it, or went on with it, still there? null when no agent runs. */
  readonly controller: 'live' | 'lost' | null;
  /** Seconds since the controller was last heard; null when no agent runs. */
  readonly heard: number | null;
  /** What it was halted for; null: it was not. */
  readonly why: string | null;
  /** Of the bundle that it brings, 64 hex digits. */
  readonly bundle: string;
  /** The version of conc that began it. */
  readonly conc: string;
  /** Those that make the application what it is, as they were when it began; null: it installs nothing. */
  readonly attributes: Readonly<Record<string, string>> | null;
  /** What going on, or giving up, may need of a controller: code, its own end of the application, a password for sudo. */
  readonly needs: {
    readonly application: boolean;
    /** Of its bundle: some may not have come over yet. */
    readonly wheels: boolean;
    readonly near: boolean;
    readonly sudo: { readonly continue: SudoNeeds; readonly abandon: SudoNeeds };
  };
}

export interface ProcessRecord {
  readonly name: string;
  readonly state: string;
  readonly pid: number | null;
  /** The release that it runs, as seen from its own process; null: not known. */
  readonly release: string | null;
  /** Only where it was asked for: since when (ISO 8601), and bytes of memory, its descendants' too. */
  readonly usage: { readonly since: string | null; readonly memory: number | null } | null;
}

/** What an installed release says of itself: `release.json`, written last. */
export type ReleaseFile = {
  readonly id: string;
  /** 64 hex digits. */
  readonly bundle: string;
  readonly app: string;
  readonly version: string;
  readonly created: string;
  readonly by: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly interpreter: { readonly executable: string; readonly full: string; readonly cacheTag: string };
  readonly wheels: readonly {
    readonly sha256: string;
    readonly name: string;
    readonly version: string;
    readonly role: 'application' | 'vendor';
  }[];
  /** What cron runs by launchers of these names: `cron-NAME`. */
  readonly crons?: readonly {
    readonly name: string;
    readonly command: string;
    readonly env: Readonly<Record<string, string>>;
  }[];
  /** Digest of its rendered etc tree, which stands beside it as `etc.json`. Missing: it has none. */
  readonly etc?: string;
  /** The generation of the application's secrets that its processes get. Missing: none. */
  readonly env?: number;
  readonly processes: readonly {
    readonly name: string;
    readonly command: string;
    readonly count: number;
    readonly listen: string | null;
    readonly env: Readonly<Record<string, string>>;
    readonly ready: 'exec' | 'notify';
    readonly stopTimeout: number;
    readonly drain: boolean;
    readonly singleton: boolean;
    /** The account that it runs as where root starts it. Missing: the deploying user. */
    readonly user?: string;
  }[];
};
