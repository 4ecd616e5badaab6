import { describe, expect, it } from 'vitest';
import type { NodeSettings } from '../../src/config/types.ts';
import { changeNodes } from '../../src/deploy/change-nodes.ts';
import { ConcError } from '../../src/errors/conc-error.ts';
import type { ConcEvent, NodeEvent, Outcome } from '../../src/report/events.ts';
import { change as sampleChange } from '../support/sample.ts';

const ended = (node: string, outcome: Outcome): NodeEvent => ({
  ...{ time: '', node, event: 'node', outcome, release: null, version: null, current: null },
  ...{ state: '', seconds: 0, bytes: { sent: 0, received: 0 } },
});

const { settings } = sampleChange();
const nodes: readonly NodeSettings[] = 'abcdefgh'.split('').map((name) => ({ ...settings, name }));

/** Changes that end when they are told to. */
function changing(parallel: number) {
  const under = new Map<string, PromiseWithResolvers<NodeEvent>>();
  const events: ConcEvent[] = [];
  let by: string | null = null;
  const changeOne = ({ name }: NodeSettings): Promise<NodeEvent> => {
    const one = Promise.withResolvers<NodeEvent>();
    under.set(name, one);
    return one.promise;
  };
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const leaves = async (name: string, act: (one: PromiseWithResolvers<NodeEvent>) => void): Promise<string> => {
    const one = under.get(name);
    if (one === undefined) throw new Error(`${name} is not under way`);
    under.delete(name);
    act(one);
    await settled();
    return [...under.keys()].join('');
  };
  return {
    exit: changeNodes(nodes, changeOne, (event) => events.push(event), { parallel, halted: () => by }),
    halt: (who: string) => {
      by = who;
    },
    /** Who is under way once this one has ended. */
    ends: (name: string, outcome: Outcome = 'proven') => leaves(name, (one) => one.resolve(ended(name, outcome))),
    fails: (name: string, error: ConcError) => leaves(name, (one) => one.reject(error)),
    under: () => [...under.keys()].join(''),
    outcomes: () =>
      events.flatMap((event) => (event.event === 'summary' ? event.nodes : [])).map(({ outcome }) => outcome),
  };
}

describe('changing several nodes', () => {
  it('begins with one alone, then goes on with so many at once; a slow one holds nobody', async () => {
    const change = changing(3);
    expect(change.under()).toBe('a');
    expect(await change.ends('a')).toBe('bcd');
    expect(await change.ends('c')).toBe('bde');
    expect(await change.ends('d')).toBe('bef');
    for (const name of 'efgh') await change.ends(name);
    expect(change.under()).toBe('b');
    await change.ends('b');
    expect(await change.exit).toBe(0);
    expect(change.outcomes()).toEqual(nodes.map(() => 'proven'));
  });

  it('begins none after the first did not come to a good end', async () => {
    const change = changing(3);
    expect(await change.ends('a', 'undone')).toBe('');
    expect(await change.exit).toBe(1);
    expect(change.outcomes()).toEqual(['undone', ...nodes.slice(1).map(() => 'untouched')]);
  });

  it('goes through with what is under way when one of them fails, and begins no other', async () => {
    const change = changing(3);
    await change.ends('a');
    expect(await change.ends('c', 'failed')).toBe('bd');
    await change.ends('b');
    await change.ends('d');
    expect(await change.exit).toBe(1);
    const left = ['untouched', 'untouched', 'untouched', 'untouched'];
    expect(change.outcomes()).toEqual(['proven', 'proven', 'failed', 'proven', ...left]);
  });

  it('begins no other once somebody asked to halt, though the one under way came to a good end', async () => {
    const change = changing(2);
    await change.ends('a');
    change.halt('Ctrl-C');
    expect(await change.ends('b')).toBe('c');
    await change.ends('c');
    expect(await change.exit).toBe(4);
    expect(change.outcomes().slice(2, 5)).toEqual(['proven', 'untouched', 'untouched']);
  });

  it('throws a mistake only when every other node is done', async () => {
    const change = changing(2);
    const outcome = change.exit.catch((error: unknown) => error);
    const mistake = new ConcError({ code: 'usage', message: 'so', exit: 2 });
    await change.ends('a');
    expect(await change.fails('b', mistake)).toBe('c');
    await change.ends('c');
    expect(await outcome).toBe(mistake);
  });
});
