import type { EtcFile, EtcTree } from '../etc/types.ts';
import type { FrozenJob } from '../sequence/types.ts';

/** One line of the committed targets file: what wheels must fit. Recorded from a node's facts by `conc check NODE --record`. */
export interface TargetSpec {
  /** `cp311-glibc2.36-x86_64`; unique in the file. */
  readonly name: string;
  /** The names of the nodes it was recorded from. */
  readonly nodes: readonly string[];
  readonly python: readonly [number, number, number];
  readonly implementation: string;
  readonly abiflags: string;
  readonly freeThreaded: boolean;
  readonly libc: { readonly kind: 'glibc' | 'musl' | 'unknown'; readonly version: readonly [number, number] | null };
  readonly machine: string;
  readonly platform: string;
  readonly markers: Readonly<Record<string, string>>;
}

/** One file of a wheel, as it will be placed: `path` is the name in the archive. */
export interface WheelFile {
  readonly path: string;
  /** Hex. */
  readonly sha256: string;
  readonly size: number;
  readonly executable: boolean;
}

/** What the compiled code in a wheel asks of a node. */
export interface WheelNeeds {
  /** `2.28`: the highest version of glibc's symbols that it names. */
  readonly glibc?: string;
  /** Shared libraries (`libstdc++.so.6`) that no wheel of the bundle brings for the same target; sorted. */
  readonly libraries: readonly string[];
  /** The symbol versions that it asks of them (`GLIBCXX_3.4.29`), by library; sorted. Missing where it asks for none. */
  readonly versions?: Readonly<Record<string, readonly string[]>>;
}

export interface WheelEntry {
  /** `numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl`; unique in the manifest. */
  readonly file: string;
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** Of the wheel file, hex. Wheels that were built here are repacked uncompressed, so that this does not depend on a compressor. */
  readonly sha256: string;
  readonly size: number;
  /** Sum of the sizes of its files. */
  readonly unpacked: number;
  readonly count: number;
  /** sha256 of the canonical JSON of its `WheelFile[]`, which stands in the bundle as `contents/<sha256 of wheel>.json`. */
  readonly contents: string;
  /** `application`: the project's own wheel, copied into venvs. `vendor`: linked. */
  readonly role: 'application' | 'vendor';
  /** Names of the targets whose nodes get it. */
  readonly targets: readonly string[];
  /** `registry`, or how it came to be: built here from an sdist or from the project. */
  readonly origin: 'registry' | 'sdist' | 'project';
  /** Missing where it asks for nothing. */
  readonly needs?: WheelNeeds;
}

/** Two wheels of one target put different content at one path, and may: the latter's is placed. */
export interface Collision {
  /** Below the venv, whichever Python it is of: `site-packages/zope/__init__.py`, `bin/run`. */
  readonly place: string;
  /** File names, in the order in which they are placed. */
  readonly wheels: readonly [string, string];
  /** conc.ini allows the place by name, or both have the `__init__.py` of an old-style namespace there. */
  readonly why: 'allowed' | 'namespace';
}

/** What a bundle is. Its id is the sha256 of its canonical JSON (keys sorted, no blanks, UTF-8). */
export interface Manifest {
  readonly format: 1;
  readonly app: string;
  readonly version: string;
  readonly targets: readonly TargetSpec[];
  readonly wheels: readonly WheelEntry[];
  readonly sequence: readonly FrozenJob[];
  /** sha256 of pylock.toml. */
  readonly lock: string;
  /** Where the sequence is from; missing: it is conc's default. */
  readonly application?: ApplicationSequence;
  /** Its test suites. Missing: there are none. */
  readonly tests?: BundledTests;
  /** Files of the machine's own configuration. Missing: there are none. */
  readonly etc?: EtcTree;
  /** Where wheels may bring different content, as conc.ini's `allow.collisions` names it. Missing: nowhere. */
  readonly allow?: readonly string[];
  /** Where wheels do. Missing: nowhere. */
  readonly collisions?: readonly Collision[];
}

/** The application's own list of jobs: `devops.jobs = shop.devops:jobs`. */
export interface ApplicationSequence {
  readonly module: string;
  readonly attribute: string;
  /** sha256 of `devops.json`: the devops package and the `__init__.py` above it, by path as in the wheel. */
  readonly code: string;
}

export interface BundledTests {
  /** sha256 of `tests.json`: `TestFiles`. */
  readonly files: string;
  readonly suites: readonly SuiteEntry[];
}

/** One module of tests, by the level that it imports unittest or pytest as. */
export interface SuiteEntry {
  /** As it is imported: from the wheel, or from the innermost folder of the project that is no package. */
  readonly module: string;
  readonly path: string;
  /** `wheel`: a release has it installed. `project`: it is in the project's folder `tests/` only. */
  readonly from: 'wheel' | 'project';
  readonly framework: 'unittest' | 'pytest';
  readonly level: 'unit' | 'integration' | 'migration' | 'functional' | 'load' | 'monitoring' | 'node';
  /** On the controller, in the release on the node, or by the node's own python3. */
  readonly where: 'near' | 'release' | 'node';
  /** Does it want the password for sudo? */
  readonly sudo: boolean;
}

/** The suites' files, with the modules beside them: text by path. */
export interface TestFiles {
  readonly wheel: Readonly<Record<string, string>>;
  readonly project: Readonly<Record<string, string>>;
}

/** Beside the manifest, outside the id (decisions.md, 2). */
export interface Provenance {
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly builder: string;
  readonly host: string;
  /** ISO 8601. */
  readonly built: string;
  readonly conc: string;
  /** Digest of everything that the build read: a bundle whose inputs changed since is stale. */
  readonly inputs: string;
}

/** Tools that conc ships for a node's service kind (supervisor), outside the release's hash: same shape as wheels of the manifest. */
export interface ToolSet {
  /** `devops`: what devops code needs beside the application, for the controller alone. */
  readonly name: 'supervisor' | 'devops';
  readonly version: string;
  readonly wheels: readonly WheelEntry[];
}

/** An opened bundle file. */
export interface Bundle {
  readonly path: string;
  /** 64 hex digits; the first 8 are shown. */
  readonly id: string;
  readonly manifest: Manifest;
  readonly provenance: Provenance;
  readonly tools: readonly ToolSet[];
  /** The per-file list of a wheel. */
  contents(wheel: WheelEntry): Promise<readonly WheelFile[]>;
  /** The same, as it stands in the bundle: canonical JSON, whose sha256 the entry has. */
  contentsText(wheel: WheelEntry): Promise<string>;
  /** The bytes of a wheel, in order. */
  open(wheel: WheelEntry): Promise<AsyncIterable<Buffer>>;
  /** The application's devops code: text by path; empty where the sequence is conc's own. */
  devopsCode(): Promise<Readonly<Record<string, string>>>;
  /** The files of its test suites. */
  testFiles(): Promise<TestFiles>;
  /** The bytes of a file of the etc tree. */
  etcFile(file: EtcFile): Promise<Buffer>;
  close(): Promise<void>;
}
