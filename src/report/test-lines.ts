import { countOf } from '../plan/units.ts';
import { type Paint, statusStyle } from './paint.ts';
import { countTests, type TestResult, type TestStatus } from './test-events.ts';

const styles = { ...statusStyle, SKIPPED: 'cyan' } as const;

/** A test for a person: one line, and what is needed to see why where it did not go well. */
export function testLines(result: TestResult, paint: Paint): string[] {
  const { id, status, seconds, text, lines, output } = result;
  const well = status === 'OK' || status === 'SKIPPED';
  const why = text === '' ? '' : `  ${text}`;
  return [
    `${paint(styles[status], status.padEnd(9))} ${seconds.toFixed(2).padStart(6)} s  ${id}${why}`,
    ...(well ? [] : [...lines.map((line) => `    ${line}`), ...printed(output)]),
  ];
}

const printed = (output: readonly string[]): string[] =>
  output.length === 0 ? [] : ['    it printed:', ...output.map((line) => `    | ${line}`)];

const order: readonly TestStatus[] = ['OK', 'FAILED', 'ERROR', 'TIMED OUT', 'SKIPPED'];

/** `web1: 12 tests: 10 OK, 1 FAILED, 1 SKIPPED. 3.2 s` */
export function testSummary(node: string, results: readonly TestResult[], seconds: number): string {
  const counts = countTests(results);
  const each = order.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  const told = each.length === 0 ? '' : `: ${each.join(', ')}`;
  return `${node}: ${countOf(results.length, 'test')}${told}. ${seconds.toFixed(1)} s`;
}
