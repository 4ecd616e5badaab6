import { describe, expect, it } from 'vitest';
import { traceOf } from '../../src/timings/trace.ts';
import { readTrace } from './read-trace.ts';
import { story } from './story.ts';

const { slices, trace } = readTrace(JSON.parse(JSON.stringify(traceOf(story(), '1.2.3'))));
const names = (what: string) =>
  trace.traceEvents.flatMap((event) => (event.name === what ? [`${event.pid}.${event.tid} ${event.args.name}`] : []));

describe('the trace', () => {
  it('has a process for conc and each node, whose tracks are its two ends', () => {
    expect(names('process_name')).toEqual(['0.0 conc', '1.0 web1']);
    expect(names('thread_name')).toEqual([
      ...['1.1 controller', '1.2 agent', '1.3 controller (connection 2)', '1.4 agent (connection 2)'],
    ]);
  });

  it("has the node's spans on the controller's time line, in microseconds", () => {
    const of = (name: string, pid = 1) => slices.find((slice) => slice.name === name && slice.pid === pid);
    expect(of('run')).toMatchObject({ tid: 1, ts: 1_500_000, dur: 1_710_000 });
    expect(of('deliver')).toMatchObject({ tid: 2, dur: 500_000, args: { 'sent, bytes': 100_000, 'round trips': 1 } });
    expect(Math.abs((of('deliver')?.ts ?? 0) - 1_600_000)).toBeLessThan(20_000);
    expect(of('the whole command', 0)).toMatchObject({ ts: 0, dur: 3_500_000 });
  });

  it('counts bytes', () => {
    const counted = trace.traceEvents.filter(({ ph, name }) => ph === 'C' && name === 'bytes').map(({ args }) => args);
    expect(counted[0]).toEqual({ sent: 0, received: 0 });
    expect(counted.at(-1)).toEqual({ sent: 110_050, received: 1350 });
  });

  it('says how the clocks were set', () => {
    expect(trace.otherData['clock of web1']).toMatch(/^-1000\.0\d+ s to this one's, within 0\.0\d+ s$/);
    expect(trace.otherData.conc).toBe('1.2.3');
  });
});
