import { describe, expect, it } from 'vitest';
import type { ConcEvent } from '../../src/report/events.ts';
import { tellTogether } from '../../src/report/together.ts';

const at = (node: string) => ({ time: '', node });
const start = (node: string, job: string): ConcEvent => ({ ...at(node), event: 'start', job, index: 1 });
const done = (node: string, job: string, status: 'OK' | 'FAILED'): ConcEvent => ({
  ...at(node),
  ...{ event: 'done', job, index: 1, status, seconds: 1, text: '', evidence: [] },
});
const end = (node: string): ConcEvent => ({
  ...at(node),
  ...{ event: 'node', outcome: 'proven', release: null, version: null, current: null },
  ...{ state: '', seconds: 0, bytes: { sent: 0, received: 0 } },
});
const halt = (node: string): ConcEvent => ({ ...at(node), event: 'asked', what: 'halt', by: 'Ctrl-C' });

const told = (events: readonly ConcEvent[]): string[] => {
  const lines: string[] = [];
  const tell = tellTogether((event) =>
    lines.push([event.event, 'node' in event ? event.node : '', 'job' in event ? event.job : ''].join(' ').trim()),
  );
  for (const event of events) tell(event);
  return lines;
};

describe('telling of nodes that are changed at the same time', () => {
  it('tells the first job by job, of the others what is under way and how they ended', () => {
    const events = [start('a', 'switch'), done('a', 'switch', 'OK'), end('a')];
    const others = [start('b', 'switch'), start('c', 'switch'), done('b', 'switch', 'OK'), end('c'), end('b')];
    expect(told([...events, ...others])).toEqual([
      'start a switch',
      'done a switch',
      'node a',
      'start b b switch',
      'start c c switch',
      'node c',
      'node b',
    ]);
  });

  it('keeps what went badly on a node together with its end', () => {
    const events = [end('a'), done('b', 'health', 'FAILED'), done('c', 'health', 'FAILED'), end('c'), end('b')];
    expect(told(events)).toEqual(['node a', 'done c health', 'node c', 'done b health', 'node b']);
  });

  it('says once that somebody asked all of them to halt', () => {
    expect(told([halt('a'), halt('b'), halt('c')])).toEqual(['asked a']);
  });
});
