/** OK; STOPPED: there was nothing to do, go on; FAILED: the op's own verdict; ERROR: it raised; TIMED OUT; BLOCKED. */
export type Status = 'OK' | 'STOPPED' | 'FAILED' | 'ERROR' | 'TIMED OUT' | 'BLOCKED';

export type Phase = 'stage' | 'once' | 'switch' | 'after';

/** One step of a sequence as data: what the manifest carries. Jobs of the application's own get their place beside `builtin`. */
export interface FrozenJob {
  /** Unique in the sequence. */
  readonly name: string;
  readonly where: 'local' | 'remote';
  readonly phase: Phase;
  readonly sudo: boolean;
  /** May it be run again after it was cut off? */
  readonly again: 'safe' | 'never';
  /** Seconds; null: no limit. */
  readonly timeout: number | null;
  readonly op: { readonly kind: 'builtin'; readonly name: BuiltinName };
}

export type BuiltinName =
  | 'preflight'
  | 'deliver'
  | 'install'
  | 'verify'
  | 'switch'
  | 'restart'
  | 'health'
  | 'confirm'
  | 'prune';
