import { defaultOf } from '../config/keys.ts';
import type { Attribute } from '../config/types.ts';
import type { Facts } from '../gateway/types.ts';
import type { Survey } from '../release/types.ts';

/** What is known of a node: what conc.ini says, and what was seen. */
export interface ComparedNode {
  readonly node: string;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly seen: Seen | null;
}

export interface Seen {
  readonly facts: Facts;
  readonly survey: Survey;
  /** `Debian GNU/Linux 12 (bookworm)`; null: it doesn't say. */
  readonly os: string | null;
}

/** One thing that is not the same on both. */
export interface Difference {
  readonly about: 'attribute' | 'fact' | 'release';
  /** The key of an attribute; `Python`, `libc`, `bundle`… */
  readonly name: string;
  /** Of the first and the second node; null: it has none. */
  readonly values: readonly [Side | null, Side | null];
  /** false: two nodes can't be but different in it, as in how they are reached. */
  readonly counts: boolean;
}

export interface Side {
  readonly value: string;
  /** Where conc.ini says so; null for what was seen on the node, and for the default of a key. */
  readonly source: Attribute['source'] | null;
}

/** How two nodes differ: attributes first, in the order of their keys; then what was seen, if both could be looked at. */
export function differences(first: ComparedNode, second: ComparedNode): readonly Difference[] {
  const keys = [...new Set([...first.attributes.keys(), ...second.attributes.keys()])].toSorted();
  const attributes = keys.map(
    (name): Difference => ({
      ...{ about: 'attribute', name, counts: !isReach(name) },
      values: [written(first, name), written(second, name)],
    }),
  );
  const facts = pairs('fact', first.seen, second.seen, factsOf);
  const releases = pairs('release', first.seen, second.seen, servingOf);
  return [...attributes, ...facts, ...releases].filter(({ values: [a, b] }) => a?.value !== b?.value);
}

/** How a node is reached is its own. */
const isReach = (key: string): boolean => key.startsWith('sshd.') || ['admin', 'op_key', 'gateway'].includes(key);

function written({ attributes }: ComparedNode, key: string): Side | null {
  const found = attributes.get(key);
  if (found !== undefined) return { value: found.value, source: found.source };
  return side(defaultOf(key));
}

function pairs(
  about: Difference['about'],
  first: Seen | null,
  second: Seen | null,
  read: (seen: Seen) => Readonly<Record<string, string | null>>,
): Difference[] {
  if (first === null || second === null) return [];
  const [a, b] = [read(first), read(second)];
  return Object.keys(a).map((name) => ({
    ...{ about, name, counts: true },
    values: [side(a[name]), side(b[name])],
  }));
}

const side = (value: string | null | undefined): Side | null => (value == null ? null : { value, source: null });

const factsOf = ({ facts: { python, libc, machine, markers, user, ...facts }, survey, os }: Seen) => ({
  Python: `${python.implementation} ${python.full}${python.freeThreaded ? ', free-threaded' : ''}${python.abiflags.includes('d') ? ', debug' : ''}`,
  interpreter: python.executable,
  libc: `${libc.kind} ${libc.version?.join('.') ?? ''}`.trim(),
  machine: `${machine}, ${python.pointerBits} bits`,
  OS: os,
  kernel: `${markers.platform_system ?? ''} ${markers.platform_release ?? ''}`.trim(),
  user: `${user} (${facts.uid})`,
  'file system': survey.disk.fileSystem,
});

/** A release's running number is a matter of the node's own history: its hash says what it is. */
function servingOf({ survey }: Seen) {
  const release = survey.releases.find(({ id }) => id === survey.current);
  return {
    version: release?.version ?? null,
    bundle: release?.bundle.slice(0, 8) ?? null,
    release: release?.id.replace(/^r\d+-/, '') ?? null,
    state: release?.state ?? null,
    // Each node counts its generations for itself, and they are part of what a release's hash is made of.
    env: release?.env == null ? null : `generation ${release.env}`,
  };
}
