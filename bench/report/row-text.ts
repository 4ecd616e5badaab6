import { ratios, spread } from '../measure/statistics.ts';
import type { Figures, Goal, Outcome, Side, Unit } from '../types.ts';
import { judge, number, times } from './judge.ts';

/** A row of the page: its figures as a table, then each side's steps. Markdown. */
export function rowText({ name, row, ours, rivals, load, where }: Outcome): string {
  const sides: readonly { side: Side; figures: Figures; goal: Goal | undefined; rival: boolean }[] = [
    { side: row.ours, figures: ours, goal: row.limit, rival: false },
    ...row.rivals.map((side, at) => ({ side, figures: rivals[at] ?? nothing, goal: side.goal, rival: true })),
  ];
  const counted = sides.some(({ figures }) => figures.flushes !== null);
  const head = [
    '',
    `${row.unit}, median (least–most)`,
    'beside conc (least–most)',
    ...(counted ? ['flushes'] : []),
    'goal',
    '',
  ];
  const lines = sides.map(({ side, figures, goal, rival }) => {
    const judged = goal === undefined ? null : judge(goal, row.unit, ours, rival ? figures : null);
    return [
      side.name,
      spreadText(figures.values, number),
      rival ? spreadText(ratios(figures.values, ours.values), times) : '',
      ...(counted ? [figures.flushes === null ? '' : String(figures.flushes)] : []),
      judged?.goal ?? '',
      judged === null ? '' : `${judged.figure}: ${met(judged.met)}`,
    ];
  });
  return [
    `### ${row.title}`,
    table(head, lines),
    ...(row.notes ?? []),
    ...whereText(where, row.unit),
    ...stepsText(sides.map(({ side }) => side)),
    `\`${name}\`: ${ours.values.length} rounds; load of the machine as they began: ${load.toFixed(1)}.`,
  ].join('\n\n');
}

function whereText(where: string | null, unit: Unit): readonly string[] {
  if (where === null) return [];
  const what = unit === 'MB' ? 'memory' : 'time';
  return [`Where conc’s ${what} goes, in one more run:\n\n\`\`\`text\n${where}\n\`\`\``];
}

/** All goals in one table: what a reader wants first. */
export function goalsText(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ row, ours, rivals }) => {
    const line = (goal: Goal | undefined, beside: string, theirs: Figures | null): string[][] => {
      if (goal === undefined) return [];
      const judged = judge(goal, row.unit, ours, theirs);
      return [[row.title, beside, judged.goal, judged.figure, met(judged.met)]];
    };
    return [
      ...line(row.limit, '', null),
      ...row.rivals.flatMap((rival, at) => line(rival.goal, rival.name, rivals[at] ?? nothing)),
    ];
  });
  return table(['what', 'beside', 'goal', 'figure', ''], lines);
}

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

const met = (is: boolean): string => (is ? 'met' : '**not met**');
const nothing: Figures = { values: [], flushes: null };

function spreadText(values: readonly number[], text: (value: number) => string): string {
  const { median, least, most } = spread(values);
  if (values.length === 0) return '–';
  return least === most ? text(median) : `${text(median)} (${text(least)}–${text(most)})`;
}

function stepsText(sides: readonly Side[]): string[] {
  return sides
    .filter(({ steps }) => steps.length > 0)
    .map(({ name, steps }) => [`${name}:`, '', ...steps.map((step, at) => `${at + 1}. ${step}`)].join('\n'));
}
