/** OK; STOPPED: there was nothing to do, go on; FAILED: the op's own verdict; ERROR: it raised; TIMED OUT; BLOCKED. */
export type Status = 'OK' | 'STOPPED' | 'FAILED' | 'ERROR' | 'TIMED OUT' | 'BLOCKED';

export type Phase = 'stage' | 'once' | 'switch' | 'after';

/** One step of a sequence as data: what the manifest carries. */
export type FrozenJob = BuiltinJob | ApplicationJob;

interface Step {
  /** Unique in the sequence. */
  readonly name: string;
  readonly where: 'local' | 'remote';
  readonly phase: Phase;
  readonly sudo: boolean;
  /** May it be run again after it was cut off? */
  readonly again: 'safe' | 'never';
  /** Seconds; null: no limit. */
  readonly timeout: number | null;
}

/** One of conc's own jobs. */
export interface BuiltinJob extends Step {
  readonly op: { readonly kind: 'builtin'; readonly name: BuiltinName };
}

/** An op of the application's own, with the policy that it declares. */
export interface ApplicationJob extends Step {
  /** `position` in the application's list, from 0; `calls`: `shop.devops.jobs.migrate`, for people. */
  readonly op: { readonly kind: 'application'; readonly position: number; readonly calls: string };
  /** The least commands that it needs sudo for, as shell words; empty: it does not say. */
  readonly sudoCommands: readonly string[];
  /** What it would change, with `${key}` for attributes; null: it does not tell. */
  readonly plan: readonly string[] | null;
  /** What a person would type, with `${key}`; null: it does not tell. */
  readonly byHand: readonly string[] | null;
  /** What becomes of it on the node where the controller is lost while it runs; missing: it is done to its end. */
  readonly drop?: 'finish' | 'kill';
  /** Does it declare how it is undone? */
  readonly undo: boolean;
  /** Of a migration: can the release before work with what it leaves? */
  readonly compatible: boolean;
  /** What of the way in it may change: `ssh`, `users`, `sudo`, `firewall`, `network`. */
  readonly touches: readonly string[];
}

export type BuiltinName =
  | 'preflight'
  | 'deliver'
  | 'install'
  | 'verify'
  /** Where there are static files: directly after `verify`, unless the application says where. */
  | 'static'
  /** In no default sequence: an application puts it before `switch`. */
  | 'test_release'
  | 'switch'
  /** Where there is an etc tree: directly after `switch`, unless the application says where. */
  | 'etc'
  | 'restart'
  /** Only where secrets are set: the new generation, and the release that names it. */
  | 'env'
  | 'renew'
  | 'health'
  | 'confirm'
  | 'prune';
