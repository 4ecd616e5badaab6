import type { Status } from '../sequence/types.ts';
import type { Timings } from '../timings/types.ts';

/** What a change of one node came to. `stopped`: there was nothing to do. The others: protocol/README.md, `run`. */
export type Outcome =
  | 'proven'
  | 'stopped'
  /** Every job was done; the sequence has none that switches. */
  | 'done'
  | 'undone'
  | 'failed'
  | 'broken'
  | 'halted'
  | 'blocked'
  | 'abandoned'
  /** Not begun, because a node before it did not come to a good end. */
  | 'untouched'
  /** Nothing was started on the node: `error` says why. */
  | 'error'
  /** The link was lost in mid-change: what the node does now is told in `state`. */
  | 'lost';

export interface ErrorFields {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly state: string | null;
  readonly evidence?: readonly string[];
}

interface At {
  /** ISO 8601, the controller's clock. */
  readonly time: string;
  readonly node: string;
}

export interface ChangeEvent extends At {
  readonly event: 'change';
  readonly kind: 'deploy' | 'rollback' | 'env' | 'continue' | 'abandon';
  readonly app: string;
  readonly version: string;
  readonly bundle: string;
  readonly release: string;
  readonly serves: { readonly id: string; readonly version: string } | null;
  readonly jobs: readonly string[];
}

export interface StartEvent extends At {
  readonly event: 'start';
  readonly job: string;
  readonly index: number;
}

export interface ProgressEvent extends At {
  readonly event: 'progress';
  readonly job: string;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly text?: string;
}

export interface DoneEvent extends At {
  readonly event: 'done';
  readonly job: string;
  readonly index: number;
  readonly status: Status;
  readonly seconds: number;
  readonly text: string;
  readonly evidence: readonly string[];
  readonly hint?: string;
}

export interface UndoEvent extends At {
  readonly event: 'undo';
  readonly status: Status;
  readonly seconds: number;
  readonly text: string;
  readonly evidence: readonly string[];
}

export interface LogEvent extends At {
  readonly event: 'log';
  readonly level: string;
  /** Where it was said: the node's name, or `localhost`. */
  readonly host: string;
  readonly name: string;
  readonly message: string;
}

/** A person or a signal asked for the end. */
export interface AskedEvent extends At {
  readonly event: 'asked';
  /** `leave`: conc is gone after this, and the node goes on by itself. */
  readonly what: 'halt' | 'cancel' | 'leave';
  readonly by: string;
}

/** A change that was interrupted or halted there is gone on with, or given up, before anything else. */
export interface FormerEvent extends At {
  readonly event: 'former';
  readonly what: 'continue' | 'abandon';
  readonly release: string;
  /** What it came to; null: it begins. */
  readonly outcome: Outcome | null;
  readonly text: string;
}

/** One node is finished with. */
export interface NodeEvent extends At {
  readonly event: 'node';
  readonly outcome: Outcome;
  readonly release: string | null;
  readonly version: string | null;
  readonly current: string | null;
  /** One or two sentences: in what state the node is now. */
  readonly state: string;
  readonly hint?: string;
  readonly seconds: number;
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly error?: ErrorFields;
}

/** Where the time went; only where it was asked for. */
export interface TimingsEvent {
  readonly time: string;
  readonly event: 'timings';
  readonly timings: Timings;
}

/** The last line of all. */
export interface SummaryEvent {
  readonly time: string;
  readonly event: 'summary';
  readonly nodes: readonly { readonly node: string; readonly outcome: Outcome; readonly release: string | null }[];
  readonly exit: 0 | 1 | 2 | 3 | 4;
  readonly error?: ErrorFields;
}

export type ConcEvent =
  | ChangeEvent
  | StartEvent
  | ProgressEvent
  | DoneEvent
  | UndoEvent
  | LogEvent
  | AskedEvent
  | FormerEvent
  | NodeEvent
  | TimingsEvent
  | SummaryEvent;

export type Emit = (event: ConcEvent) => void;
