import type { Attribute, Problem } from '../types.ts';

/** What a rule about one node looks at. */
export interface NodeView {
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Is it written, though perhaps not to be evaluated? */
  readonly has: (key: string) => boolean;
  /** Every value could be evaluated. */
  readonly whole: boolean;
  /** A problem at a value, or at the node's own header. */
  readonly problem: (code: string, at: Attribute | undefined, message: string, hint: string) => Problem;
}
