import type { z } from 'zod';
import type { Json } from '../gateway/types.ts';
import type { Secret } from '../secrets/secret.ts';
import type { FrozenJob } from '../sequence/types.ts';
import type { nearDone, opLog } from './messages.ts';

/** What an op of the application's own came to. */
export type NearDone = z.infer<typeof nearDone>;
/** A log record of such an op. */
export type OpLog = z.infer<typeof opLog>;

/** What the agent asks the controller to run. */
export interface NearRequest {
  readonly name: string;
  readonly position: number;
  readonly ncd: Readonly<Record<string, Json>>;
  readonly undoing: boolean;
  /** The password, where the op declares that it needs one. */
  readonly sudo: Secret | null;
}

/** The near end: where ops that run on the controller do so. One at a time. */
export interface NearSide extends AsyncDisposable {
  /** The application's sequence as its worker here reads it. */
  readonly jobs: readonly FrozenJob[];
  perform(request: NearRequest, log: (record: OpLog) => void): Promise<NearDone>;
  /** Ends the op that runs, with everything that it started. */
  cancel(): void;
}
