import type { Curve } from '../types.ts';
import { number } from './judge.ts';

export interface PlotText {
  readonly title: string;
  readonly across: string;
  readonly up: string;
}

const [WIDTH, HEIGHT] = [640, 360];
const FRAME = { left: 64, right: 24, top: 44, bottom: 72 };
/** Told apart by colour, and by the form of their points. */
const COLOURS = ['#2563eb', '#d97706', '#059669', '#c026d3'];

/** Both axes logarithmic, so that a line of slope 1 is linear growth: drawn dotted, from the first curve's largest n down. SVG, for light and dark pages. */
export function plot(curves: readonly Curve[], { title, across, up }: PlotText): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = scale(
    points.map(({ n }) => n),
    FRAME.left,
    WIDTH - FRAME.right,
  );
  const y = scale(
    points.map(({ value }) => value),
    HEIGHT - FRAME.bottom,
    FRAME.top,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">`,
    '<style>text{font:12px system-ui,sans-serif;fill:#334155}.grid{stroke:#cbd5e1}.linear{stroke:#64748b;stroke-dasharray:2 4}',
    '@media (prefers-color-scheme:dark){text{fill:#cbd5e1}.grid{stroke:#475569}}</style>',
    `<text x="${FRAME.left}" y="20" font-weight="bold">${escaped(title)}</text>`,
    ...x.ticks.map(
      (tick) =>
        `<line class="grid" x1="${x.at(tick)}" x2="${x.at(tick)}" y1="${FRAME.top}" y2="${HEIGHT - FRAME.bottom}"/>` +
        `<text x="${x.at(tick)}" y="${HEIGHT - FRAME.bottom + 18}" text-anchor="middle">${number(tick)}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<line class="grid" x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${y.at(tick)}" y2="${y.at(tick)}"/>` +
        `<text x="${FRAME.left - 8}" y="${y.at(tick) + 4}" text-anchor="end">${number(tick)}</text>`,
    ),
    `<text x="${(FRAME.left + WIDTH - FRAME.right) / 2}" y="${HEIGHT - FRAME.bottom + 36}" text-anchor="middle">${escaped(across)}</text>`,
    `<text x="${FRAME.left}" y="${FRAME.top - 8}">${escaped(up)}</text>`,
    ...linear(curves[0], x, y),
    ...curves.flatMap((curve, index) => drawn(curve, index, x, y)),
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
  readonly least: number;
}

/** Whole decades around the values. */
function scale(values: readonly number[], from: number, to: number): Scale {
  const positive = values.filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.min(...positive)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...positive))));
  const at = (value: number): number => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  return { at, ticks: Array.from({ length: high - low + 1 }, (_, step) => 10 ** (low + step)), least: 10 ** low };
}

function drawn({ name, points }: Curve, index: number, x: Scale, y: Scale): string[] {
  const colour = COLOURS[index % COLOURS.length] ?? 'black';
  const places = points.map(({ n, value }) => [x.at(n), y.at(value)] as const);
  const left = FRAME.left + index * 150;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((place) => place.join(',')).join(' ')}"/>`,
    ...places.map(([across, up]) => marker(index, across, up, colour)),
    marker(index, left, HEIGHT - 16, colour),
    `<text x="${left + 10}" y="${HEIGHT - 12}">${escaped(name)}</text>`,
  ];
}

function marker(index: number, x: number, y: number, colour: string): string {
  return index % 2 === 0
    ? `<circle cx="${x}" cy="${y}" r="4" fill="${colour}"/>`
    : `<rect x="${x - 4}" y="${y - 4}" width="8" height="8" fill="${colour}"/>`;
}

/** Through the last point of the curve, as far as the frame goes. */
function linear(curve: Curve | undefined, x: Scale, y: Scale): string[] {
  const [first, last] = [curve?.points[0], curve?.points.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const n = Math.max(first.n, (last.n * y.least) / last.value);
  const value = (last.value * n) / last.n;
  return [`<line class="linear" x1="${x.at(n)}" y1="${y.at(value)}" x2="${x.at(last.n)}" y2="${y.at(last.value)}"/>`];
}

const round = (value: number): number => Math.round(value * 10) / 10;
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
