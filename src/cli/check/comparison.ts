import { printable } from '../../config/printable.ts';
import { shownValue } from '../../config/secret.ts';
import type { Comparison } from '../../deploy/compare.ts';
import type { Difference, Side } from '../../deploy/differences.ts';
import { countOf } from '../../plan/units.ts';
import { unreachableLines } from '../unreachable.ts';

/** Do two nodes differ in what counts, or could one not be looked at? */
export const isAmiss = ({ differences, errors }: Comparison): boolean =>
  errors.length > 0 || differences.some(({ counts }) => counts);

/** `{nodes, same, differences: [{about, name, counts, values: [{value, source}|null, …]}], errors}` */
export const comparisonJson = (comparison: Comparison): object => ({
  nodes: comparison.nodes,
  same: !isAmiss(comparison),
  differences: comparison.differences.map(({ about, name, counts, values }) => ({
    ...{ about, name, counts },
    values: values.map((side) => side && { value: told(name, side), source: side.source }),
  })),
  errors: comparison.errors.map(({ node, error }) => ({ node, ...error.toJSON() })),
});

/** Each difference with both nodes below it: what it is there, and where conc.ini says so. */
export function comparisonLines({ nodes, differences, errors }: Comparison): string[] {
  const counted = differences.filter(({ counts }) => counts);
  const reach = differences.filter(({ counts }) => !counts);
  const width = Math.max(...nodes.map((node) => node.length));
  const both = nodes.join(' and ');
  const looked = errors.length === 0 ? '' : ', as far as conc.ini says';
  return [
    ...errors.flatMap(({ node, error }) => unreachableLines(node, error)),
    counted.length === 0 ? `${both} are the same${looked}` : `${both} differ${looked}: ${summary(counted)}`,
    ...counted.flatMap((each) => block(each, nodes, width)),
    ...(reach.length === 0 ? [] : ['How they are reached differs too, as it must:']),
    ...reach.flatMap((each) => block(each, nodes, width)),
  ];
}

function summary(differences: readonly Difference[]): string {
  const count = (about: Difference['about']): number => differences.filter((each) => each.about === about).length;
  return [
    ...(count('attribute') > 0 ? [countOf(count('attribute'), 'attribute')] : []),
    ...(count('fact') > 0 ? [countOf(count('fact'), 'fact')] : []),
    ...(count('release') > 0 ? ['what they serve'] : []),
  ].join(', ');
}

function block({ about, name, values }: Difference, nodes: readonly [string, string], width: number): string[] {
  return [
    `  ${about === 'release' ? `serves: ${name}` : name}`,
    ...nodes.map(
      (node, at) => `    ${node.padEnd(width)}  ${sideText(name, values[at] ?? null, about === 'attribute')}`,
    ),
  ];
}

function sideText(name: string, side: Side | null, written: boolean): string {
  if (side === null) return '(none)';
  const { source } = side;
  const place =
    source !== null ? `  ${source.file}:${source.line}  [${source.section}]` : written ? '  by default' : '';
  return `${printable(told(name, side).replaceAll('\n', ' ⏎ '))}${place}`;
}

const told = (name: string, { value, source }: Side): string => (source !== null ? shownValue(name, value) : value);
