import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../../src/gateway/connect.ts';
import type { Session, Target } from '../../src/gateway/types.ts';
import { AGENT_CALLS, here } from './backends.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-recorder-'));
  file = join(folder, 'session.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a recording', () => {
  test('is for its owner only, one JSON value a line, without the payload', async () => {
    await recordEcho('secret');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(file, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toEqual({ from: 'node', noise: '' });
    expect(lines).toContainEqual({
      from: 'controller',
      type: 'J',
      channel: 0,
      json: { call: 'echo', channel: 1, request: 'secret' },
    });
    expect(lines).toContainEqual({ from: 'controller', type: 'E', channel: 1, size: 0, sha256: expect.any(String) });
    expect(lines.at(-1)).toEqual({ from: 'node', words: [], exit: 0 });
    expect(JSON.stringify(lines)).not.toContain('def serve');
  });

  test('answers as the node did, facts and all', async () => {
    const facts = await recordEcho('one');
    const session = await open(replayed());
    expect(session.facts).toEqual(facts);
    expect(await echo(session, 'one')).toMatchObject({ request: 'one', count: 1 });
    await session.close();
  });

  test('fails when the controller asks for something else', async () => {
    await recordEcho('one');
    const session = await open(replayed());
    await expect(echo(session, 'two')).rejects.toMatchObject({
      code: 'gateway.replay-mismatch',
      exit: 1,
      evidence: [expect.stringContaining('"request":"one"'), expect.stringContaining('"request":"two"')],
    });
    expect(await session.closed).toMatchObject({ reason: 'lost' });
    await session.close();
  });

  test('fails when the controller goes on where the recorded one said goodbye', async () => {
    await recordEcho('one');
    const session = await open(replayed());
    await echo(session, 'one');
    await expect(echo(session, 'again')).rejects.toMatchObject({ code: 'gateway.replay-mismatch' });
    await session.close();
  });

  test('fails when the bytes differ', async () => {
    const session = await open(here, file);
    const channel = session.call('swallow', { size: 3 });
    await channel.write(Buffer.from('abc'));
    await channel.reply;
    await session.close();
    const again = await open(replayed());
    const other = again.call('swallow', { size: 3 });
    await other.write(Buffer.from('abd'));
    await expect(other.reply).rejects.toMatchObject({ code: 'gateway.replay-mismatch' });
    await again.close();
  });

  test.each([
    ['not there', null],
    ['not JSON', 'hello\n'],
    ['another JSON', '{"from":"nobody"}\n'],
  ])('that is %s is refused', async (_name, text) => {
    if (text !== null) await writeFile(file, text);
    await expect(connect(replayed())).rejects.toMatchObject({ code: 'gateway.bad-recording', exit: 2 });
  });
});

const replayed = (): Target => ({ kind: 'recorder', node: 'here', file });

const open = (target: Target, record?: string): Promise<Session> =>
  connect(target, { moduleFolders: [AGENT_CALLS], ...(record === undefined ? {} : { record }) });

async function recordEcho(request: string): Promise<Session['facts']> {
  const session = await open(here, file);
  await echo(session, request);
  await session.close();
  return session.facts;
}

async function echo(session: Session, request: string): Promise<unknown> {
  const channel = session.call('echo', request);
  channel.send(request);
  channel.end();
  return channel.reply;
}
