import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConcError } from '../../src/errors/conc-error.ts';
import { WINDOW } from '../../src/gateway/frames.ts';
import type { Channel, Item, Json, LogRecord } from '../../src/gateway/types.ts';
import { BACKENDS } from './backends.ts';

const MIB = 1 << 20;

describe.each(BACKENDS)('a gateway over $name', (backend) => {
  beforeAll(() => backend.start());
  afterAll(() => backend.stop());

  test('says what it is', () =>
    backend.over(async (session) => {
      expect(session.facts.protocol).toBe(1);
      expect(session.facts.python.executable).toMatch(/^\/.*python3/);
      expect(session.facts.markers.sys_platform).toBe('linux');
      expect(session.facts.boot).toMatch(/^[0-9a-f-]{36}:\d+$/);
    }));

  test('echoes JSON of every kind, in order', () =>
    backend.over(async (session) => {
      const values: Json[] = [null, true, 0, -1.5, 'ü \u0000 \ud83d\ude00', [], {}, { deep: [{ er: null }] }];
      const channel = session.call('echo', 'hello');
      for (const value of values) channel.send(value);
      channel.end();
      expect(jsonOf(await collect(channel))).toEqual(values);
      expect(await channel.reply).toMatchObject({ request: 'hello', count: values.length });
    }));

  test('carries JSON that is longer than a frame, and longer than a window', () =>
    backend.over(async (session) => {
      const long = { text: 'é'.repeat(3 * MIB), list: Array.from({ length: 1000 }, (_, index) => index) };
      const channel = session.call('echo', long);
      channel.send(long);
      channel.end();
      const [echoed] = jsonOf(await collect(channel));
      expect(echoed).toEqual(long);
      expect(await channel.reply).toMatchObject({ request: long, count: 1 });
    }));

  test('echoes blobs byte for byte', () =>
    backend.over(async (session) => {
      const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
      const channel = session.call('echo', null);
      await channel.write(bytes);
      await channel.write(Buffer.alloc(0));
      channel.end();
      expect(Buffer.concat(blobsOf(await collect(channel)))).toEqual(bytes);
      expect(await channel.reply).toMatchObject({ sha256: createHash('sha256').update(bytes).digest('hex') });
    }));

  test('takes 64 MiB without keeping them', () =>
    backend.over(async (session) => {
      const digest = createHash('sha256');
      const channel = session.call('swallow', { size: 64 * MIB });
      for (let number = 0; number < 64; number += 1) {
        const block = Buffer.alloc(MIB, number);
        digest.update(block);
        await channel.write(block);
      }
      const reply = await channel.reply;
      expect(reply).toMatchObject({ sha256: digest.digest('hex') });
      expect(reply).toHaveProperty(
        'grownKiB',
        expect.toSatisfy((grown: number) => grown < 16 * 1024),
      );
    }));

  test('gives 64 MiB without keeping them', () =>
    backend.over(async (session) => {
      const digest = createHash('sha256');
      const channel = session.call('pour', { size: 64 * MIB });
      for await (const item of channel) if (item.kind === 'blob') digest.update(item.bytes);
      const reply = await channel.reply;
      expect(reply).toMatchObject({ sha256: digest.digest('hex') });
      expect(reply).toHaveProperty(
        'grownKiB',
        expect.toSatisfy((grown: number) => grown < 16 * 1024),
      );
    }));

  test('sends no more than a window that nobody takes', () =>
    backend.over(async (session) => {
      const channel = session.call('pour', { size: 8 * MIB });
      const first = await channel[Symbol.asyncIterator]().next();
      expect(first.value?.kind).toBe('blob');
      await until(() => session.bytes.received > WINDOW);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(session.bytes.received).toBeLessThan(WINDOW + MIB / 2);
      channel.cancel();
    }));

  test('runs calls one after another, each on a channel of its own', () =>
    backend.over(async (session) => {
      const channels = Array.from({ length: 40 }, (_, index) => session.call('echo', index));
      for (const [index, channel] of channels.entries()) {
        channel.send({ index });
        await channel.write(Buffer.from(`blob ${index}`));
        channel.end();
      }
      for (const [index, channel] of channels.entries()) {
        const items = await collect(channel);
        expect(jsonOf(items)).toEqual([{ index }]);
        expect(Buffer.concat(blobsOf(items)).toString()).toBe(`blob ${index}`);
        expect(await channel.reply).toMatchObject({ request: index, count: 2 });
      }
      expect(new Set(channels.map(({ id }) => id % 2))).toEqual(new Set([1]));
    }));

  test('tells an unforeseen error with its traceback, after what was sent before it', () =>
    backend.over(async (session) => {
      const channel = session.call('fail', 'seven');
      expect(jsonOf(await collect(channel))).toEqual(['before']);
      const error = await failureOf(channel);
      expect(error).toMatchObject({ code: 'agent.error', exit: 1, message: 'fail: ValueError: the number is seven' });
      expect(error.evidence.join('\n')).toMatch(
        /File "conc_agent\/calls\/fail.py", line 16, in serve\n.*raise ValueError/,
      );
    }));

  test('tells a foreseen error as the call worded it', () =>
    backend.over(async (session) => {
      expect(await failureOf(session.call('fail', 'told'))).toMatchObject({
        code: 'change.busy',
        message: 'someone else is at it',
        hint: 'wait',
        state: 'nothing was changed',
        evidence: ['line 1', 'line 2'],
      });
    }));

  test('survives a call that exits or replies what JSON has no word for', () =>
    backend.over(async (session) => {
      expect(await failureOf(session.call('fail', 'exit'))).toMatchObject({ message: 'fail: SystemExit: 3' });
      expect((await failureOf(session.call('fail', 'not json'))).message).toContain('not JSON serializable');
      expect((await failureOf(session.call('no_such', null))).message).toContain(
        "No module named 'conc_agent.calls.no_such'",
      );
      const channel = session.call('echo', 'still there');
      channel.end();
      expect(await channel.reply).toMatchObject({ request: 'still there' });
    }));

  test('sends modules when they are asked for, and says so when there is none', () =>
    backend.over(async (session) => {
      expect(await session.call('dynamic', 'words.late').reply).toBe('asked for');
      expect((await failureOf(session.call('dynamic', 'words.never'))).message).toContain(
        "No module named 'conc_agent.words.never'",
      );
    }));

  test('turns what is printed into log records, in time for the reply', async () => {
    const records: LogRecord[] = [];
    await backend.over(async (session) => {
      records.length = 0;
      session.onLog((record) => records.push(record));
      expect(await session.call('noisy', 'shop').reply).toBe('');
      const words = (name: string): string[] => records.filter((one) => one.name === name).map((one) => one.message);
      expect(words('stdout')).toEqual(['printed: shop', 'without Python, by a child', 'no end of line']);
      expect(words('stderr')[0]).toBe('to stderr');
      expect(words('stderr').join('\n')).toContain('UserWarning: a warning');
      expect(records.every(({ time }) => time > 1.7e9)).toBe(true);
    }, {});
  });

  test('passes a halt on past what stands before it', () =>
    backend.over(async (session) => {
      const channel = session.call('halt', 3);
      const items = channel[Symbol.asyncIterator]();
      expect((await items.next()).value).toEqual({ kind: 'json', value: 'ready' });
      await channel.write(Buffer.from('abc'));
      channel.send({ other: 1 });
      channel.send({ halt: true });
      expect(await channel.reply).toEqual({ halt: { halt: true }, bytes: 3 });
    }));

  test('a cancelled call ends and gives way to the next', () =>
    backend.over(async (session) => {
      const channel = session.call('halt', 3);
      await channel[Symbol.asyncIterator]().next();
      channel.cancel();
      expect(await failureOf(channel)).toMatchObject({ code: 'gateway.cancelled' });
      const next = session.call('echo', 'next');
      next.end();
      expect(await next.reply).toMatchObject({ request: 'next' });
    }));

  test('closes cleanly, and then takes no calls', async () => {
    await backend.over(async (session) => {
      await session.close();
      expect(await session.closed).toMatchObject({ reason: 'closed' });
      expect(await failureOf(session.call('echo', null))).toMatchObject({ code: 'gateway.lost' });
    });
  });
});

async function collect(channel: Channel): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of channel) items.push(item);
  return items;
}

const jsonOf = (items: readonly Item[]): Json[] => items.flatMap((item) => (item.kind === 'json' ? [item.value] : []));

const blobsOf = (items: readonly Item[]): Buffer[] =>
  items.flatMap((item) => (item.kind === 'blob' ? [item.bytes] : []));

async function failureOf(channel: Channel): Promise<ConcError> {
  const error: unknown = await channel.reply.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ConcError) return error;
  throw new Error(`a ConcError was expected, not ${String(error)}`);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
