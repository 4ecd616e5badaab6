import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { drive } from '../../src/deploy/drive.ts';
import type { AskValues } from '../../src/deploy/give-values.ts';
import { connect } from '../../src/gateway/connect.ts';
import type { Session } from '../../src/gateway/types.ts';
import { Secret } from '../../src/secrets/secret.ts';
import { here } from '../contract/backends.ts';

const canary = 'canary "é"\nof two lines';
let folder: string;
let session: Session;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-values-'));
  session = await connect(here, {
    record: join(folder, 'session'),
    moduleFolders: [join(import.meta.dirname, 'agent_calls')],
  });
});
afterAll(async () => {
  await session.close();
  await rm(folder, { recursive: true });
});

/** A node that asks for the values of these names; what it was given. */
async function asked(names: readonly string[], values?: AskValues): Promise<unknown> {
  const { state } = await drive(session.call('values', [...names]), {
    ...{ node: 'web1', emit: () => {}, control: { subscribe: () => () => {} }, bundle: null, near: null, step: null },
    reachAnew: () => Promise.resolve({ well: false, why: 'nobody' }),
    sudo: { remote: null, local: null },
    ...(values === undefined ? {} : { values }),
  });
  return JSON.parse(state);
}

it('values get to the node that asks, as they are', async () => {
  const questions: unknown[] = [];
  const given = await asked(['TOKEN'], async (...question) => {
    questions.push(question);
    return new Map([['TOKEN', new Secret(canary)]]);
  });
  expect([given, questions]).toEqual([{ TOKEN: canary }, [['web1', ['TOKEN']]]]);
});

it('a command that has none gives none', async () => {
  expect(await asked(['TOKEN'])).toBe(null);
  expect(await asked(['TOKEN'], async () => null)).toBe(null);
});

it('a node can’t have anything else asked of a person', async () => {
  const values: AskValues = () => Promise.reject(new Error('nobody may be asked'));
  await expect(asked(['your password: \u001b[8m'], values)).rejects.toMatchObject({ code: 'agent.unexpected-message' });
});

it('a recording has neither them, nor a digest that they could be found by', async () => {
  const recording = await readFile(join(folder, 'session'), 'utf8');
  const digest = createHash('sha256')
    .update(JSON.stringify({ values: { TOKEN: canary } }))
    .digest('hex');
  // What the node itself said in this test is no secret of a recording.
  const sent = recording.split('\n').filter((line) => line.includes('"from":"controller"'));
  expect(sent.some((line) => line.includes('"type":"B"'))).toBe(true);
  expect(sent.filter((line) => line.includes('canary') || line.includes(digest))).toEqual([]);
});
