/** Exit codes of `conc`, as product.md gives them. 0 is success and never belongs to an error. */
export type ExitCode = 1 | 2 | 3 | 4;

export interface ConcErrorFields {
  /** Permanent, dotted, lower case: `config.unknown-key`, `gateway.host-key-changed`. Never reworded. */
  readonly code: string;
  /** What happened, and why. One sentence or a few lines; no full stop is needed at the end. */
  readonly message: string;
  /** What to do: a command, or an edit. */
  readonly hint?: string;
  /** If anything may have changed: in what state things are now. */
  readonly state?: string;
  /** Other programs' own words, line by line: ssh's stderr, an application's log. */
  readonly evidence?: readonly string[];
  readonly exit: ExitCode;
  readonly cause?: unknown;
}

/** The one error class: whatever a person can be told. Anything else that is thrown is a fault of conc itself. */
export class ConcError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly state: string | undefined;
  readonly evidence: readonly string[];
  readonly exit: ExitCode;

  constructor(fields: ConcErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'ConcError';
    this.code = fields.code;
    this.hint = fields.hint;
    this.state = fields.state;
    this.evidence = fields.evidence ?? [];
    this.exit = fields.exit;
  }

  /** The shape that `--json` prints: `{"error": {code, message, hint, state}}`. */
  toJSON(): { code: string; message: string; hint: string | null; state: string | null; evidence?: readonly string[] } {
    const { code, message, hint, state, evidence } = this;
    return {
      code,
      message,
      hint: hint ?? null,
      state: state ?? null,
      ...(evidence.length > 0 ? { evidence } : {}),
    };
  }
}
