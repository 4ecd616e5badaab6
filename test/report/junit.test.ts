import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { junit } from '../../src/report/junit.ts';
import type { TestDoneEvent, TestStatus } from '../../src/report/test-events.ts';

/** Reads XML by another's parser, as CI servers do: every testcase with what Jenkins and GitLab take of it. */
const READ = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
suites = [{"attributes": suite.attrib, "cases": [
    {"attributes": case.attrib, "inside": {part.tag: [part.attrib, part.text] for part in case}} for case in suite
]} for suite in root]
json.dump({"tag": root.tag, "attributes": root.attrib, "suites": suites}, sys.stdout)
`;

const read = (xml: string): ReturnType<typeof JSON.parse> =>
  JSON.parse(execFileSync('/usr/bin/python3', ['-c', READ], { input: xml, encoding: 'utf8' }));

const result = (name: string, status: TestStatus, more: Partial<TestDoneEvent> = {}): TestDoneEvent => ({
  ...{ time: '2026-11-21T15:00:00.000Z', node: 'web1', event: 'test', suite: 'checks.firewall' },
  ...{ id: `checks.firewall.Rules.${name}`, class: 'checks.firewall.Rules', name, status, seconds: 0.0104 },
  ...{ text: '', lines: [], output: [], ...more },
});

const began = '2026-11-21T14:59:58.123Z';

describe('the JUnit report', () => {
  it('has what Jenkins and GitLab read: classname, name, time, and why', () => {
    const results = [
      result('test_ok', 'OK'),
      result('test_bad', 'FAILED', { text: "'35' != '20'", lines: ['Traceback', "'35' != '20'"], output: ['said'] }),
      result('test_raised', 'ERROR', { text: 'KeyError: 1', lines: ['KeyError: 1'] }),
      result('test_slow', 'TIMED OUT', { text: 'its limit of 60 s passed' }),
      result('test_later', 'SKIPPED', { text: 'no database' }),
    ];
    const { tag, attributes, suites } = read(junit([{ node: 'web1', began, results }]));
    const counts = { tests: '5', failures: '1', errors: '2', skipped: '1', time: '0.052' };
    expect([tag, attributes]).toEqual(['testsuites', counts]);
    const [{ attributes: suite, cases }] = suites;
    expect(suite).toEqual({ name: 'checks.firewall', hostname: 'web1', timestamp: '2026-11-21T14:59:58', ...counts });
    expect(cases.map((each: { inside: object }) => each.inside)).toEqual([
      {},
      {
        failure: [{ message: "'35' != '20'", type: 'FAILED' }, "Traceback\n'35' != '20'"],
        'system-out': [{}, 'said'],
      },
      { error: [{ message: 'KeyError: 1', type: 'ERROR' }, 'KeyError: 1'] },
      { error: [{ message: 'its limit of 60 s passed', type: 'TIMED OUT' }, 'its limit of 60 s passed'] },
      { skipped: [{ message: 'no database' }, null] },
    ]);
    expect(cases[0].attributes).toEqual({ classname: 'checks.firewall.Rules', name: 'test_ok', time: '0.010' });
  });

  it('tells nodes apart, as a test is known by class and name alone', () => {
    const nodes = ['web1', 'web2'].map((node) => ({ node, began, results: [result('test_ok', 'OK')] }));
    const { suites } = read(junit(nodes));
    expect(
      suites.map((suite: { cases: { attributes: { classname: string } }[] }) => suite.cases[0]?.attributes.classname),
    ).toEqual(['web1.checks.firewall.Rules', 'web2.checks.firewall.Rules']);
  });

  it('stays XML whatever a test says', () => {
    const text = 'a\u0000b\u001b[31m<&>"]]>\ud800\uffff\nend';
    const { suites } = read(junit([{ node: 'web1', began, results: [result('t', 'ERROR', { text, lines: [text] })] }]));
    const [why, body] = suites[0].cases[0].inside.error;
    expect(why.message).toBe('a\ufffdb\ufffd[31m<&>"]]>\ufffd\ufffd\nend');
    expect(body).toBe('a\ufffdb\ufffd[31m<&>"]]>\ufffd\ufffd\nend');
  });
});
