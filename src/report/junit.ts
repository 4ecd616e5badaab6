import { countTests, type TestDoneEvent, type TestResult } from './test-events.ts';

/** What ran on one node, and when it began. */
export interface NodeTests {
  readonly node: string;
  /** ISO 8601. */
  readonly began: string;
  readonly results: readonly TestDoneEvent[];
}

/**
 * The XML that Jenkins' JUnit plugin and GitLab read: a `testsuite` for each module on each node, its `hostname` the node.
 * Over several nodes the node's name stands before the class too, as both know a test by class and name alone.
 */
export function junit(nodes: readonly NodeTests[]): string {
  const several = nodes.length > 1;
  const suites = nodes.flatMap(({ node, began, results }) =>
    [...Map.groupBy(results, ({ suite }) => suite)].map(([suite, tests]) =>
      suiteXml(node, began, suite, tests, several),
    ),
  );
  const all = nodes.flatMap(({ results }) => results);
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<testsuites${counts(all)}>`, ...suites, '</testsuites>', ''].join(
    '\n',
  );
}

function suiteXml(node: string, began: string, name: string, tests: readonly TestResult[], several: boolean): string {
  const timestamp = began.replace(/\.\d+Z$/, '');
  const head = attributes({ name: several ? `${node}: ${name}` : name, hostname: node, timestamp });
  const cases = tests.map((test) => caseXml(test, several ? `${node}.` : ''));
  return [`  <testsuite${head}${counts(tests)}>`, ...cases, '  </testsuite>'].join('\n');
}

function caseXml(test: TestResult, prefix: string): string {
  const { name, seconds, output } = test;
  const head = attributes({ classname: prefix + test.class, name, time: seconds.toFixed(3) });
  const printed = output.length === 0 ? '' : `<system-out>${escaped(output.join('\n'))}</system-out>`;
  const inside = verdict(test) + printed;
  return inside === '' ? `    <testcase${head}/>` : `    <testcase${head}>${inside}</testcase>`;
}

function verdict({ status, text, lines }: TestResult): string {
  if (status === 'OK') return '';
  const message = attributes({ message: text });
  if (status === 'SKIPPED') return `<skipped${message}/>`;
  const tag = status === 'FAILED' ? 'failure' : 'error';
  const why = lines.length === 0 ? text : lines.join('\n');
  return `<${tag}${message}${attributes({ type: status })}>${escaped(why)}</${tag}>`;
}

function counts(tests: readonly TestResult[]): string {
  const found = countTests(tests);
  const time = tests.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  const errors = String(found.ERROR + found['TIMED OUT']);
  return attributes({
    ...{ tests: String(tests.length), failures: String(found.FAILED), errors, skipped: String(found.SKIPPED), time },
  });
}

const attributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([key, value]) => ` ${key}="${escaped(value).replaceAll('\n', '&#10;')}"`)
    .join('');

/** XML 1.0 has no place for other control characters, nor for halves of pairs: they become U+FFFD. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r -\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
