/** The kinds of need, in the order in which they are met; each is there once at most. */
export const NEED_IDS = [
  'packages',
  'account',
  'user',
  'key',
  'group',
  'root',
  'shared',
  'machine',
  'program',
  'sudo',
  'linger',
] as const;
export type NeedId = (typeof NEED_IDS)[number];

/** One thing that a machine has to have before it is deployed to, and how a person would see to it. */
export interface Need {
  readonly id: NeedId;
  readonly what: string;
  /** Which keys or files ask for it. */
  readonly why: readonly string[];
  /** Lines of a POSIX shell that change nothing; it is there where the last one succeeds. What they print says what lacks. */
  readonly there: readonly string[];
  /** What is typed as root where it lacks; the first line that fails ends it. It removes nothing. */
  readonly make: readonly string[];
  /** What it comes to where there is no apt-get; without it: `what`. */
  readonly elsewhere?: string;
}

/** Commands that sudo is to allow as one user. */
export interface SudoRule {
  readonly runAs: string;
  /** As sudoers has them. */
  readonly commands: readonly string[];
  /** Those of them that sudo can be asked about: argv of each. */
  readonly asked: readonly (readonly string[])[];
}

/** All that needs are made from: what the config says of a node, and what the project holds for it. */
export interface Wanted {
  readonly node: string;
  readonly app: string;
  /** It is a folder of this machine, in which whoever is here deploys (`gateway = popen`). */
  readonly embedded: boolean;
  /** Who deploys. */
  readonly user: string;
  /** Absolute, or `~/…`: of that user. */
  readonly root: string;
  readonly python: string;
  /** What starts processes: systemd as the user's own, or the machine's own (systemd, init scripts); null: nothing of the machine. */
  readonly manager: 'user' | 'machine' | null;
  /** Whom processes run as, where that is not who deploys. */
  readonly account: string | null;
  /** A line of authorized_keys; null: none is known, or who deploys logs in already. */
  readonly key: string | null;
  /** The key `packages`. */
  readonly packages: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
  /** Paths of the etc tree that come to the machine's `/etc`, each without that. */
  readonly etc: readonly string[];
  /** Which program root runs to place files, and its bytes; null: nothing asks for it. */
  readonly program: { readonly path: string; readonly bytes: Uint8Array } | null;
  readonly rules: readonly SudoRule[];
  /** What no rule could be made for, in words. */
  readonly notes: readonly string[];
  /** Who prepares: a claim, for the machine's own record. */
  readonly by: string;
}
