import { exponent } from '../measure/statistics.ts';
import type { Growth } from '../types.ts';
import { number } from './judge.ts';
import { table } from './row-text.ts';

/** Nothing worse than linear; what is above that is noise of the measurement. */
const LINEAR = 1.1;

/** A table, its plot and how it grows. Markdown; `plot` is the file of the plot, relative to the page. */
export function growthText({ maker, curves }: Growth, plot: string): string {
  const sizes = [...new Set(curves.flatMap(({ points }) => points.map(({ n }) => n)))].toSorted((a, b) => a - b);
  const head = [maker.of, ...sizes.map(number), 'grows as', ''];
  const lines = curves.map(({ name, points }) => {
    const found = sizes.map((size) => points.find(({ n }) => n === size)?.value);
    const k = exponent(points);
    return [
      `${name}, ${maker.unit}`,
      ...found.map((value) => (value === undefined ? '' : number(value))),
      k === null ? '' : `n^${k.toFixed(2)}`,
      k === null ? '' : k <= LINEAR ? 'met' : '**not met**',
    ];
  });
  return [`### ${maker.title}`, maker.how, table(head, lines), `![${maker.title}](${plot})`].join('\n\n');
}
