import type { Ground } from './ground/ground.ts';

export type Unit = 's' | 'ms' | 'bytes' | 'MB' | 'round trips';

/** One side of a comparison, and what a reader needs to see that the work is equal. */
export interface Side {
  readonly name: string;
  /** In order, in plain words or as typed. */
  readonly steps: readonly string[];
  /** Before each run, unmeasured. */
  readonly before?: () => Promise<void>;
  /** Does the work once; its figure in the row's unit. */
  readonly take: () => Promise<number>;
}

/** What a figure should come to: conc's own, or beside a peer's of the same run. */
export type Goal =
  /** conc takes at most so many times what the peer takes. */
  | { readonly kind: 'within'; readonly times: number }
  /** The peer takes at least so many times what conc takes. */
  | { readonly kind: 'faster'; readonly times: number }
  /** conc's own figure is at most that, in the row's unit. */
  | { readonly kind: 'limit'; readonly most: number };

export interface Rival extends Side {
  /** None: it is there to be looked at. */
  readonly goal?: Goal;
}

/** What is measured together: conc and others, a run of each in every round. */
export interface Row extends AsyncDisposable {
  readonly title: string;
  readonly unit: Unit;
  readonly ours: Side;
  /** Of conc's own figure. */
  readonly limit?: Goal;
  readonly rivals: readonly Rival[];
  /** What a reader has to know besides. */
  readonly notes?: readonly string[];
  /** Where the time goes, or the memory, of one more run: lines as they are to stand there. */
  readonly where?: () => Promise<string>;
  /** Processes whose descendants do the work, besides this one's: their flushes are counted, in a run of its own. Missing: there is nothing to count. */
  readonly flushes?: readonly number[];
}

/** A file in `rows/`: a name for `--only`, and what makes ready. */
export interface RowMaker {
  readonly name: string;
  /** How many rounds are enough, where that differs from what was asked for: a figure that is the same each time needs few. */
  readonly rounds?: number;
  readonly make: (ground: Ground) => Promise<Row>;
}

export interface Figures {
  readonly values: readonly number[];
  /** fsync, fdatasync, syncfs, sync; null: not counted. */
  readonly flushes: number | null;
}

/** A row, measured. */
export interface Outcome {
  readonly name: string;
  readonly row: Pick<Row, 'title' | 'unit' | 'ours' | 'limit' | 'rivals' | 'notes'>;
  readonly ours: Figures;
  readonly rivals: readonly Figures[];
  readonly where: string | null;
  /** Of the machine, when the row began: one minute's. */
  readonly load: number;
}

/** How a cost grows: one line of a plot. */
export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly n: number; readonly value: number }[];
}

export interface GrowthMaker {
  readonly name: string;
  readonly title: string;
  /** What is counted on the horizontal axis. */
  readonly of: string;
  readonly unit: Unit;
  /** How it was measured. */
  readonly how: string;
  readonly measure: (ground: Ground) => Promise<readonly Curve[]>;
}

export interface Growth {
  readonly maker: Pick<GrowthMaker, 'name' | 'title' | 'of' | 'unit' | 'how'>;
  readonly curves: readonly Curve[];
}
