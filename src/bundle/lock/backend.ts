import type { Group } from './project.ts';
import type { LockRecord } from './pylock.ts';

/** What is resolved, all of it together. */
export interface Requirements {
  /** Where the program starts: its settings for this folder count, and what it names is relative to it. */
  readonly folder: string;
  /** The folder's source tree, by its metadata. `lines`: the same as text; null where only its backend knows. */
  readonly tree?: {
    readonly file: string;
    readonly lines: readonly string[] | null;
    readonly extras: readonly string[];
  };
  /** Requirements files, absolute. */
  readonly files?: readonly string[];
  readonly groups?: readonly Group[];
  /** Such as `setuptools>=61`. */
  readonly lines?: readonly string[];
}

export interface ResolveRequest {
  readonly requirements: Requirements;
  /** How messages call it: `pyproject.toml`, `what is needed to build`. */
  readonly what: string;
  /** The interpreter that builds metadata and, for pip, the one that is locked for. */
  readonly python: string;
  /** The lowest version that the lock must serve. */
  readonly version: readonly [number, number, number];
  /** The former lock: its versions are kept where they still fit. null: the newest of everything. */
  readonly former: string | null;
  /** Normalised names of packages whose former version doesn't count. */
  readonly upgrade?: readonly string[];
  /** Lines that must hold for whatever is taken. */
  readonly constraints?: readonly string[];
  /** Just what is named, not what that needs in turn. */
  readonly alone?: true;
}

export interface Resolution {
  /** A pylock.toml. Addresses may still have credentials in them. */
  readonly text: string;
  /** What was taken though its index has withdrawn it. */
  readonly yanked: readonly Yanked[];
}

export interface Yanked {
  readonly name: string;
  readonly version: string;
  /** The index's own words; '' where there are none. */
  readonly reason: string;
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
  /** ConcError `lock.unresolved`, `lock.conflict`. */
  resolve(request: ResolveRequest): Promise<Resolution>;
  /** Unpacks wheels into a folder, for sys.path. */
  install(wheels: readonly string[], to: string, python: string): Promise<void>;
  /** Builds a wheel, isolated. ConcError `build.failed`, with the last lines that the build printed. */
  build(request: WheelRequest): Promise<void>;
  /** Interpreters of a version that only this program knows of. */
  findPython(version: string): Promise<string | null>;
}
