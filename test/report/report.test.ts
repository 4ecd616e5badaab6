import { describe, expect, it } from 'vitest';
import type { ConcEvent, DoneEvent, NodeEvent } from '../../src/report/events.ts';
import { exitOf } from '../../src/report/exit.ts';
import { jsonLines } from '../../src/report/json-lines.ts';
import { terminalReport } from '../../src/report/terminal.ts';

const at = { time: '2026-01-01T00:00:00Z', node: 'web1' };
const done = (more: Partial<DoneEvent>): DoneEvent => ({
  ...at,
  event: 'done',
  job: 'health',
  index: 7,
  status: 'OK',
  seconds: 0.14,
  text: 'GET /healthz 200',
  evidence: [],
  ...more,
});
const end: NodeEvent = {
  ...at,
  event: 'node',
  outcome: 'proven',
  release: 'r42-c21e88b0',
  version: '2.1.0',
  current: 'r42-c21e88b0',
  state: 'web1 serves r42-c21e88b0 (2.1.0), proven.',
  seconds: 1.7,
  bytes: { sent: 1, received: 1 },
};

function printed(
  events: readonly ConcEvent[],
  more: { quiet?: boolean; verbose?: boolean; live?: boolean; colour?: boolean } = {},
): string {
  let text = '';
  const emit = terminalReport({
    write: (part) => {
      text += part;
    },
    live: false,
    colour: false,
    quiet: false,
    verbose: false,
    columns: () => 80,
    now: () => 0,
    ...more,
  });
  for (const event of events) emit(event);
  return text;
}

describe('terminalReport', () => {
  it('has a line for each job: number, name, status, seconds, what it found', () => {
    expect(printed([done({})])).toBe(' 7 health      OK          0.1 s  GET /healthz 200\n');
  });

  it('says what each Ctrl-C does, above the line of the job that runs; the last takes that line away', () => {
    const asked = (['halt', 'cancel', 'leave'] as const).map(
      (what): ConcEvent => ({ ...at, event: 'asked', what, by: 'Ctrl-C' }),
    );
    const text = printed([{ ...at, event: 'start', job: 'install', index: 3 }, ...asked], { live: true });
    expect(text.split('\r\x1b[2K').filter((part) => part !== '')).toEqual([
      expect.stringMatching(/^ 3 install/),
      'Ctrl-C: the running job is finished, then the change halts. Again to end the running job now\n',
      expect.stringMatching(/^ 3 install/),
      'Ctrl-C: the running job is being ended, with all that it started. Once more to leave at once\n',
      expect.stringMatching(/^ 3 install/),
      'Ctrl-C: conc leaves at once. web1 ends the job by itself, and undoes what it must: conc status web1 --follow\n',
    ]);
  });

  it("shows the application's own words under a job that failed", () => {
    const text = printed([
      done({
        status: 'FAILED',
        text: 'GET /healthz 500, 5 tries',
        evidence: ['the last lines of web.log:', '| no such column: colour'],
      }),
    ]);
    expect(text).toBe(
      ' 7 health      FAILED      0.1 s  GET /healthz 500, 5 tries\n     the last lines of web.log:\n     | no such column: colour\n',
    );
  });

  it('says what serves at the end, in quiet mode too, and failures', () => {
    expect(printed([done({}), end], { quiet: true })).toBe('web1 serves r42-c21e88b0 (2.1.0), proven. 1.7 s\n');
    expect(printed([done({ status: 'FAILED' })], { quiet: true })).toContain('FAILED');
  });

  it('shows the log in verbose mode only', () => {
    const log: ConcEvent = { ...at, event: 'log', level: 'INFO', host: 'web1', name: 'shop', message: 'hello' };
    expect(printed([log])).toBe('');
    expect(printed([log], { verbose: true })).toMatch(/\d\d:\d\d:\d\d info {4}web1 shop: hello/);
  });

  it('draws a live line on a terminal and takes it away before the result', () => {
    const start: ConcEvent = { ...at, event: 'start', job: 'deliver', index: 2 };
    const text = printed([start, done({ job: 'deliver', index: 2, text: 'sent' })], { live: true });
    expect(text).toContain(' 2 deliver     …');
    expect(text.endsWith('\r\x1b[2K 2 deliver     OK          0.1 s  sent\n')).toBe(true);
  });

  it('uses colour only when told to', () => {
    expect(printed([done({})])).not.toContain('\x1b[3');
    expect(printed([done({})], { colour: true })).toContain('\x1b[32mOK');
  });
});

describe('jsonLines', () => {
  it('prints every event as it is, one a line', () => {
    const lines: string[] = [];
    const emit = jsonLines((line) => lines.push(line));
    emit(end);
    expect(lines.map((line) => JSON.parse(line))).toEqual([end]);
  });
});

describe('exitOf', () => {
  it.each([
    [['proven', 'stopped'], 0],
    [['proven', 'halted'], 4],
    [['blocked', 'halted'], 3],
    [['blocked', 'undone', 'proven'], 1],
    [['failed', 'untouched'], 1],
    [[], 0],
  ] as const)('%j is %i', (outcomes, exit) => {
    expect(exitOf(outcomes)).toBe(exit);
  });
});
