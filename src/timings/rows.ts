import type { Figures, Phase } from './types.ts';

/** A line of the table. */
export interface Row extends Figures {
  readonly name: string;
  readonly depth: number;
}

const KEYS = ['wall', 'here', 'node', 'programs', 'sent', 'received', 'trips'] as const;
/** Seconds below which a part isn't worth a line of its own: it is in the rest. */
const SHOWN = 0.0005;

/** A phase, its parts below it, and below those what they leave of it: every level sums up to the one above. */
export function rowsOf(phases: readonly Phase[], depth = 0): Row[] {
  return phases.flatMap((phase) => {
    const parts = merged(phase.parts).filter(({ wall }) => wall >= SHOWN);
    const rest = { ...less(phase, parts), name: 'rest', depth: depth + 1 };
    return [
      { ...phase, depth },
      ...rowsOf(parts, depth + 1),
      ...(parts.length > 0 && Math.abs(rest.wall) >= SHOWN ? [rest] : []),
    ];
  });
}

/** Parts of one name as one: a job may do the same thing twice. */
function merged(phases: readonly Phase[]): Phase[] {
  const byName = new Map<string, Phase>();
  for (const phase of phases) {
    const known = byName.get(phase.name);
    byName.set(phase.name, known === undefined ? phase : added(known, phase));
  }
  return [...byName.values()];
}

const added = (one: Phase, other: Phase): Phase => ({
  ...one,
  ...combined(one, other, (a, b) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0))),
  parts: [...one.parts, ...other.parts],
});

/** What is left of a whole. null stays null: of what isn't measured nothing is left. */
export const less = (whole: Figures, parts: readonly Figures[]): Figures =>
  parts.reduce<Figures>((left, part) => combined(left, part, (a, b) => (a === null ? null : a - (b ?? 0))), whole);

function combined(one: Figures, other: Figures, how: (a: number | null, b: number | null) => number | null): Figures {
  const [wall, ...more] = KEYS.map((key) => how(one[key], other[key]));
  const [here = null, node = null, programs = null, sent = null, received = null, trips = null] = more;
  return { wall: wall ?? 0, here, node, programs, sent, received, trips };
}
