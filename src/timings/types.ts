/** How the controller tells time and what it has spent. Given to what measures: it asks no clock of its own. */
export interface Clock {
  /** Seconds, monotonic. */
  readonly now: () => number;
  /** Seconds of CPU that conc's own process has used so far, in user and system mode. ssh's are not among them. */
  readonly cpu: () => number;
}

/** What was counted up to a moment of one connection. */
export interface Sample {
  /** Seconds since the command began. */
  readonly at: number;
  readonly cpu: number;
  readonly sent: number;
  readonly received: number;
  readonly trips: number;
}

/** A stretch of time that the agent measured: seconds by the node's monotonic clock. */
export interface FarSpan {
  readonly name: string;
  /** 0: the whole call. */
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  /** CPU seconds of the agent. */
  readonly cpu: number;
  /** CPU seconds of programs that it had started, and that ended within. */
  readonly programs: number;
}

/** What a stretch of time cost. null: it isn't measured there. */
export interface Figures {
  /** Seconds. */
  readonly wall: number;
  /** CPU seconds: of conc; of the agent; of programs that the agent had started. */
  readonly here: number | null;
  readonly node: number | null;
  readonly programs: number | null;
  /** Bytes, as the controller counts them. */
  readonly sent: number | null;
  readonly received: number | null;
  /** How often one side had to wait for an answer of the other. */
  readonly trips: number | null;
}

export interface Phase extends Figures {
  readonly name: string;
  /** Who was at work. */
  readonly side: 'here' | 'node';
  /** Seconds since the command began. */
  readonly start: number;
  /** In order; they don't overlap. What they leave of the phase is not accounted for. */
  readonly parts: readonly Phase[];
}

/** How the node's monotonic clock was put beside the controller's. */
export interface ClockMapping {
  /** Seconds to add to the node's, for seconds since the command began. */
  readonly offset: number;
  /** The truth is within so many seconds of it. */
  readonly within: number;
}

/** One connection, from beginning to end. */
export interface ConnectionTimings {
  readonly node: string;
  readonly whole: Figures;
  readonly start: number;
  /** It began while another one to the same node was open: the one by which a switch is confirmed. */
  readonly inner: boolean;
  readonly phases: readonly Phase[];
  /** null: the node told nothing. */
  readonly mapping: ClockMapping | null;
  /** Bytes so far, whenever something of the connection began or ended. */
  readonly samples: readonly Omit<Sample, 'cpu' | 'trips'>[];
}

/** Where one command's time went. */
export interface Timings {
  /** When its process began, by the controller's monotonic clock. */
  readonly began: number;
  /** Seconds, from then on. */
  readonly wall: number;
  /** CPU seconds of conc. */
  readonly here: number;
  readonly connections: readonly ConnectionTimings[];
  /** Before the first connection, and after that while there was none. */
  readonly before: Outside;
  readonly after: Outside;
}

export interface Outside {
  readonly wall: number;
  readonly here: number;
}
