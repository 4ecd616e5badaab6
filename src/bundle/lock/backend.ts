import type { LockRecord } from './pylock.ts';

/** What is resolved: a source tree by its own metadata, a requirements file, or lines such as `setuptools>=61`. */
export type Requirements =
  | {
      readonly kind: 'project';
      readonly folder: string;
      readonly file: string;
      readonly lines: readonly string[] | null;
    }
  | { readonly kind: 'file'; readonly folder: string; readonly file: string }
  | { readonly kind: 'lines'; readonly lines: readonly string[] };

export interface ResolveRequest {
  readonly requirements: Requirements;
  /** How messages call it: `the project`, `build requirements`. */
  readonly what: string;
  /** The interpreter that builds metadata and, for pip, the one that is locked for. */
  readonly python: string;
  /** The lowest version that the lock must serve. */
  readonly version: readonly [number, number, number];
  /** The former lock: its versions are kept where they still fit. null: the newest of everything. */
  readonly former: string | null;
}

export interface WheelRequest {
  /** A source tree: a copy, that the backend may do with as it likes. */
  readonly folder: string;
  readonly what: string;
  readonly python: string;
  /** A folder of wheels: the only things that may be installed for the build. */
  readonly requirements: string;
  /** Where the wheel goes. */
  readonly to: string;
  /** All that the build sees of this machine's environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** The program that resolves and builds: uv or pip. Never the network but in `resolve`. */
export interface Backend {
  readonly name: LockRecord['backend'];
  /** Does one resolution serve every target, or only the interpreter that it ran for? */
  readonly universal: boolean;
  /** The text of a pylock.toml. ConcError `lock.unresolved`. */
  resolve(request: ResolveRequest): Promise<string>;
  /** Unpacks wheels into a folder, for sys.path. */
  install(wheels: readonly string[], to: string, python: string): Promise<void>;
  /** Builds a wheel, isolated. ConcError `build.failed`, with the last lines that the build printed. */
  build(request: WheelRequest): Promise<void>;
  /** Interpreters of a version that only this program knows of. */
  findPython(version: string): Promise<string | null>;
}
