import type { FileChange } from '../types.ts';

/** Where a project says what it needs. */
export interface Requirements {
  /** `pyproject.toml`, `setup.cfg`, `requirements.txt`; as messages call it. */
  readonly file: string;
  /** Names of what is required, normalised; one with extras also as `fastapi[standard]`. */
  readonly names: ReadonlySet<string>;
  /** The file with more lines in it, everything else as it was; null: that is not for a program to write. */
  readonly add: (lines: readonly string[], why: string) => FileChange | null;
}
