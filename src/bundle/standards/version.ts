/** A parsed version of PEP 440. Numbers are bigint: dates and build numbers may be longer than a double holds. */
export interface Version {
  readonly epoch: bigint;
  readonly release: readonly bigint[];
  readonly pre: { readonly letter: 'a' | 'b' | 'rc'; readonly number: bigint } | null;
  readonly post: bigint | null;
  readonly dev: bigint | null;
  readonly local: readonly (bigint | string)[] | null;
}

/** Appendix B of PEP 440. */
const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?(\d*))?(?:-(\d+)|[._-]?(post|rev|r)[._-]?(\d*))?(?:[._-]?(dev)[._-]?(\d*))?(?:\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?$/;

/** The version that a text means, or null where PEP 440 knows none. */
export function parseVersion(text: string): Version | null {
  const match = pattern.exec(text.trim().toLowerCase());
  if (match === null) return null;
  const [, epoch, release = '', preWord, pre, bare, postWord, post, devWord, dev, local] = match;
  return {
    epoch: BigInt(epoch ?? 0),
    release: release.split('.').map(BigInt),
    pre: preWord === undefined ? null : { letter: preLetter(preWord), number: BigInt(pre ?? 0) },
    post: bare !== undefined ? BigInt(bare) : postWord === undefined ? null : BigInt(post ?? 0),
    dev: devWord === undefined ? null : BigInt(dev ?? 0),
    local: local?.split(/[._-]/).map((part) => (/^\d+$/.test(part) ? BigInt(part) : part)) ?? null,
  };
}

/** Negative, zero or positive, as Array.sort wants it. Trailing zeros of the release don't count: 1.0 equals 1. */
export function compareVersions(a: Version, b: Version): number {
  return (
    sign(a.epoch, b.epoch) ||
    compareReleases(a.release, b.release) ||
    preRank(a) - preRank(b) ||
    sign(a.pre?.number ?? 0n, b.pre?.number ?? 0n) ||
    sign(a.post ?? -1n, b.post ?? -1n) ||
    compareDev(a.dev, b.dev) ||
    compareLocal(a.local, b.local)
  );
}

export const isPrerelease = ({ pre, dev }: Version): boolean => pre !== null || dev !== null;

/** Without the local part. */
export const publicVersion = (version: Version): Version => ({ ...version, local: null });

/** Epoch and release alone. */
export const baseVersion = (version: Version): Version => ({
  ...version,
  pre: null,
  post: null,
  dev: null,
  local: null,
});

/** Compares release segments, missing ones counted as zero. */
export function compareReleases(a: readonly bigint[], b: readonly bigint[]): number {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = sign(a[at] ?? 0n, b[at] ?? 0n);
    if (order !== 0) return order;
  }
  return 0;
}

function preLetter(word: string): 'a' | 'b' | 'rc' {
  if (word === 'a' || word === 'alpha') return 'a';
  return word === 'b' || word === 'beta' ? 'b' : 'rc';
}

/** A development release of a final one (1.0.dev1) comes before its alphas; a release without a pre-release part after all of them. */
function preRank({ pre, post, dev }: Version): number {
  if (pre !== null) return { a: 0, b: 1, rc: 2 }[pre.letter];
  return post === null && dev !== null ? -1 : 3;
}

function compareDev(a: bigint | null, b: bigint | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return sign(a, b);
}

/** None before any; text before numbers; the shorter first where one begins the other. */
function compareLocal(a: Version['local'], b: Version['local']): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  for (const [at, left] of a.entries()) {
    const right = b[at];
    if (right === undefined) return 1;
    if (typeof left !== typeof right) return typeof left === 'bigint' ? 1 : -1;
    const order = sign(left, right);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function sign<T extends bigint | string>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
