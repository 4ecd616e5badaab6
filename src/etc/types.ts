/** One file or link of the project's tree. `path` is below its layer, with `/`. */
export type EtcFile =
  | {
      readonly layer: string;
      readonly path: string;
      readonly kind: 'file';
      readonly sha256: string;
      readonly size: number;
      readonly executable: boolean;
    }
  | { readonly layer: string; readonly path: string; readonly kind: 'link'; readonly target: string };

/** One line of a layer's `.ownership`; null: as it is without. */
export interface OwnershipRow {
  readonly layer: string;
  readonly line: number;
  /** `0640` */
  readonly mode: string | null;
  readonly owner: string | null;
  readonly group: string | null;
  readonly pattern: string;
}

/** What a bundle has of the tree: every layer (`etc`, `etc.GROUP`, `etc@NODE`), not yet rendered. */
export interface EtcTree {
  readonly files: readonly EtcFile[];
  readonly ownership: readonly OwnershipRow[];
}

/** What stands, or is to stand, at a path: as `agent/conc_agent/etc/state.py` has it. */
export interface State {
  /** `sha256:HEX`, `link:TARGET`, `folder`, `other`, `unreadable:STAMP`. */
  readonly what: string;
  /** `0644`; null: of a link. */
  readonly mode: string | null;
  readonly owner: string | null;
  readonly group: string | null;
}

/** What is wanted at a path. `owner`, `group` null: those of who writes it. */
export type WantedFile =
  | {
      readonly path: string;
      readonly kind: 'file';
      readonly mode: string;
      readonly owner: string | null;
      readonly group: string | null;
      readonly sha256: string;
    }
  | LinkFile;

export type LinkFile = {
  readonly path: string;
  readonly kind: 'link';
  readonly target: string;
  /**
   * `must`: nothing is placed on a node where it leads to nothing; `may`: it is left out there. Missing: it is placed,
   * wherever it leads.
   */
  readonly lead?: 'must' | 'may';
};

/** A file of a node's tree with its content: `text`, or `base64` where it is none. */
export type RenderedFile =
  | (Extract<WantedFile, { kind: 'file' }> & {
      readonly size: number;
      readonly text?: string;
      readonly base64?: string;
      /** From 1: where a value stands that is not to be shown. */
      readonly secretLines?: readonly number[];
    })
  | Extract<WantedFile, { kind: 'link' }>;

/** A node's tree: layers laid over each other, keys replaced. `root` as conc.ini says it. Sorted by path. */
export type RenderedTree = {
  readonly root: string;
  readonly files: readonly RenderedFile[];
};

/** One path as the agent found it. */
export interface SurveyedPath {
  /** null: nothing is there. */
  readonly seen: State | null;
  /** null: conc has not written it. */
  readonly wrote: State | null;
  /** What was there before conc ever wrote there; null: nothing, or conc has not. */
  readonly original: State | null;
  /** Why nothing can be placed there: goes on after the path. */
  readonly unfit: string | null;
  /** The other application that it belongs to. */
  readonly taken: string | null;
  /** Where it was asked for: unified diffs, to what is wanted and from what conc wrote; null: not to be told by lines. */
  readonly diff?: readonly string[] | null | undefined;
  readonly edited?: readonly string[] | null | undefined;
}

/** What the agent's call `etc` tells of the paths of a tree. */
export interface EtcSurvey {
  /** Absolute. */
  readonly root: string;
  /** The other etc root that conc wrote to before; null: this one, or none. */
  readonly elsewhere: string | null;
  /** Do its files belong to root, and the deploying user is another? */
  readonly sudo: boolean;
  readonly sudoCommands: readonly string[];
  /** Who writes. */
  readonly owner: string;
  readonly group: string;
  /** The tree of the release that was asked about; null: a tree was given. */
  readonly files: readonly WantedFile[] | null;
  /** What is still to be reloaded. */
  readonly pending: readonly string[];
  /** Links that lead to nothing here, and are left out for it. */
  readonly without: readonly string[];
  readonly paths: Readonly<Record<string, SurveyedPath>>;
}

/** What a person says of files that someone else changed: paths, absolute or below the etc root. */
export interface EtcWishes {
  /** They stay as they are. */
  readonly accept: readonly string[];
  /** They are replaced, or removed, all the same. */
  readonly overwrite: readonly string[];
}

export interface EtcEntry {
  readonly path: string;
  readonly action: 'add' | 'change' | 'mode' | 'remove' | 'restore' | 'same' | 'left' | 'blocked';
  readonly before: State | null;
  readonly after: State | null;
  /** Why it is blocked, or what of someone else's is overwritten or left. Goes on after the path. */
  readonly why: string | null;
}

/** What a tree comes to on a node: pure, a value. */
export interface EtcPlan {
  readonly root: string;
  readonly sudo: boolean;
  readonly sudoCommands: readonly string[];
  /** Sorted by path. */
  readonly entries: readonly EtcEntry[];
  readonly leave: readonly string[];
  /** By path, what was seen there: nothing else is overwritten. */
  readonly overwrite: Readonly<Record<string, string>>;
  readonly pending: readonly string[];
}
