import { bytesText } from '../plan/units.ts';
import { less, type Row, rowsOf } from './rows.ts';
import type { ConnectionTimings, Figures, Timings } from './types.ts';

const HEAD = ['wall', 'CPU here', 'CPU there', 'programs', 'sent', 'received', 'round trips'];
const NAME = 26;
const COLUMN = 12;

/** Where a command's time went, for a person: a table for each connection, and what lies outside of them. Times are seconds. */
export function timingsTable(timings: Timings): string[] {
  const { connections, wall, here, before, after } = timings;
  return [
    '',
    line('where the time went', HEAD),
    line('before connecting', figures({ ...nothing, ...before })),
    ...connections.flatMap(connectionLines),
    line('without a connection', figures({ ...nothing, ...after })),
    line('the whole command', figures({ ...nothing, wall, here })),
    ...connections.flatMap(clockLine),
  ];
}

function connectionLines({ node, whole, inner, phases }: ConnectionTimings): string[] {
  const rows = rowsOf(phases);
  const left = less(whole, phases);
  const head = inner ? `${node}, beside the above` : node;
  return [
    line(head, figures(whole)),
    ...rows.map((row) => rowLine(row)),
    ...(Math.abs(left.wall) < 0.0005 ? [] : [rowLine({ ...left, name: 'not accounted for', depth: 0 })]),
  ];
}

const rowLine = (row: Row): string => line(`${'  '.repeat(row.depth + 1)}${row.name}`, figures(row));

const figures = ({ wall, here, node, programs, sent, received, trips }: Figures): string[] => [
  wall.toFixed(3),
  ...[here, node, programs].map((seconds) => (seconds === null ? '' : seconds.toFixed(3))),
  ...[sent, received].map((bytes) => (bytes === null || bytes === 0 ? '' : bytesText(bytes))),
  trips === null || trips === 0 ? '' : String(trips),
];

const line = (name: string, cells: readonly string[]): string =>
  (name.padEnd(NAME) + cells.map((cell) => cell.padStart(COLUMN)).join('')).trimEnd();

const nothing = { here: null, node: null, programs: null, sent: null, received: null, trips: null };

const clockLine = ({ node, mapping, inner }: ConnectionTimings): string[] =>
  mapping === null || inner
    ? []
    : [`the clock of ${node} is set beside this one's to within ${(mapping.within * 1000).toFixed(1)} ms`];
