import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/check.ts';
import { problemLine } from '../../src/config/problem.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { configOf } from './support/config-of.ts';

const head = '[DEFAULT]\napp = shop\nroot = /srv/shop\nsshd.host = example.org\nservice = supervisord\n';
const beat = 'process.beat.command = celery beat\nprocess.beat.singleton = yes\n';
const worker = 'process.worker.command = celery worker\n';

const told = (text: string): string[] => checkConfig(configOf(head + text)).map(problemLine);
const runs = (text: string, node: string) => {
  const { processes, elsewhere, identity } = settingsOf(configOf(head + text), node);
  return {
    runs: processes.map(({ name }) => name),
    elsewhere,
    keys: Object.keys(identity).filter((key) => key.startsWith('process.beat')),
  };
};

describe('a process that runs on one node only', () => {
  const two = `[group worker]\n${worker}${beat}[node a]\ngroups = worker\n[node b]\ngroups = worker\nonce = yes\n`;

  it('runs on the one with once = yes; the others leave it out, and it is no part of what they are', () => {
    expect(told(two)).toEqual([]);
    expect(runs(two, 'b')).toEqual({
      runs: ['worker', 'beat'],
      elsewhere: [],
      keys: ['process.beat.command', 'process.beat.singleton'],
    });
    expect(runs(two, 'a')).toEqual({
      runs: ['worker'],
      elsewhere: [{ process: 'beat', node: 'b' }],
      keys: [],
    });
  });

  it('needs no once = yes where only one node has it', () => {
    const text = `[group worker]\n${worker}[node a]\ngroups = worker\n${beat}[node b]\ngroups = worker\n`;
    expect(told(text)).toEqual([]);
    expect(runs(text, 'a').runs).toEqual(['worker', 'beat']);
    expect(runs(text, 'b').runs).toEqual(['worker']);
  });

  it('is refused where two nodes would run it, and where none would; told once', () => {
    const both = two.replace('[node b]', 'once = yes\n[node b]');
    expect(told(both).filter((line) => line.includes('singleton'))).toEqual([
      'conc.ini:9  [group worker]  process.beat.singleton: it would run on 2 nodes, for a, b each say once = yes. Write that into one [node NAME] only; or, where they are different sets of nodes, process.beat.singleton into a group of each set',
    ]);
    const none = two.replace('once = yes\n', '');
    expect(told(none)).toEqual([
      'conc.ini:9  [group worker]  process.beat.singleton: it would run nowhere, for none of a, b says once = yes. Write once = yes into one [node NAME]',
    ]);
    expect(() => settingsOf(configOf(head + none), 'a')).toThrow('it would run nowhere');
  });

  it('runs once in each set of nodes that takes it from a section of its own', () => {
    const text = [
      `[group live]\n${beat}[group staging]\n${beat}`,
      '[node a]\ngroups = live\nonce = yes\n[node b]\ngroups = live\n[node c]\ngroups = staging\n',
    ].join('');
    // b has nothing else to start.
    expect(told(text)).toEqual([]);
    expect([runs(text, 'a').runs, runs(text, 'b').runs, runs(text, 'c').runs]).toEqual([['beat'], [], ['beat']]);
  });

  it('is one process', () => {
    expect(told(`[node a]\n${beat}process.beat.count = 2\n`)).toEqual([
      'conc.ini:9  [node a]  process.beat.count = 2: a singleton is one process. Remove it, or process.beat.singleton',
    ]);
  });
});

describe('a process that drains', () => {
  it('does not listen, and need not be alone', () => {
    const text = `[node a]\n${beat}process.beat.drain = yes\nprocess.beat.listen = 127.0.0.1:8000\n`;
    expect(told(text)).toEqual([
      'conc.ini:9  [node a]  process.beat.drain: it listens, and hands its socket to the next one. Remove it: a server ends its requests anyway',
      'conc.ini:9  [node a]  process.beat.drain: the new one starts beside the old one, and process.beat.singleton wants it alone. Remove one of the two',
    ]);
  });
});

describe('a process that drains under init scripts', () => {
  it('has nobody who looks after it', () => {
    const text = '[node a]\nservice = initscript\nprocess.web.command = python -m web\nprocess.web.drain = yes\n';
    expect(told(text)).toEqual([
      expect.stringContaining(
        'process.web.drain: nobody looks after what ends beside its successor where init scripts run. Remove it: process.web.stop_timeout says how long it may take, and the deploy waits',
      ),
    ]);
  });
});

describe('health.stays_up', () => {
  it('watches processes that conc starts, and not for longer than a switch may wait', () => {
    expect(told(`[node a]\n${worker}health.stays_up = 120\n`)).toEqual([
      'conc.ini:8  [node a]  health.stays_up = 120: the switch is undone before that, confirm.within being 120. Write fewer seconds, or a longer confirm.within',
    ]);
    expect(told('[node a]\nservice = none\nhealth.stays_up = 5\n')).toEqual([
      'conc.ini:8  [node a]  health.stays_up = 5: with service = none conc knows of no process. Remove it, or choose a service',
    ]);
  });
});
