import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/gateway/agent-digest.ts';
import { readAgentSources } from '../../src/gateway/agent-sources.ts';
import { connect } from '../../src/gateway/connect.ts';
import { PAYLOAD_BUDGET } from '../../src/gateway/payload.ts';
import type { Json } from '../../src/gateway/types.ts';
import { here } from '../contract/backends.ts';

/** What a change does at its end. */
const KEEPING = `
from conc_agent import keep
def serve(_channel, request):
    keep.afterwards("proven")
    return request
`;

let root: string;
let calls: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'conc-kept-'));
  calls = join(root, 'agent_calls');
  await mkdir(join(calls, 'calls'), { recursive: true });
  await writeFile(join(calls, 'calls', 'keeping.py'), KEEPING);
});
afterEach(() => rm(root, { recursive: true }));

/** The call's reply, and what was sent for it all. */
async function ask(call: string, request: Json, keptIn?: string): Promise<{ reply: Json; sent: number }> {
  const session = await connect(here, { moduleFolders: [calls], ...(keptIn === undefined ? {} : { keptIn }) });
  try {
    session.soon([`conc_agent.calls.${call}`, 'conc_agent.calls.there_is_none']);
    const { reply } = session.call(call, request);
    return { reply: await reply, sent: session.bytes.sent };
  } finally {
    await session.close();
  }
}

const survey = { root: '/nowhere/at/all', service: 'none' };

describe("the agent's code", () => {
  it('is sent once to a node that keeps it', async () => {
    const cold = await ask('survey', survey, root);
    expect(await readdir(root)).toEqual(['agent_calls']);
    expect((await ask('keeping', 'a', root)).reply).toBe('a');
    expect(await readdir(join(root, 'agent'))).toHaveLength(1);
    const warm = await ask('survey', survey, root);
    expect(warm.reply).toMatchObject({ root: survey.root, exists: false });
    expect(cold.sent).toBeGreaterThan(30_000);
    expect(warm.sent).toBeLessThan(PAYLOAD_BUDGET);
  });

  it('is sent again where it differs, is damaged, or no root is named', async () => {
    await ask('keeping', 'a', root);
    expect((await ask('survey', survey)).sent).toBeGreaterThan(30_000);
    const [name = ''] = await readdir(join(root, 'agent'));
    await truncate(join(root, 'agent', name), 100_000);
    expect((await ask('survey', survey, root)).sent).toBeGreaterThan(30_000);
    await ask('keeping', 'a', root);
    expect((await ask('survey', survey, root)).sent).toBeLessThan(PAYLOAD_BUDGET);
    await writeFile(join(calls, 'calls', 'keeping.py'), `${KEEPING}ANOTHER = 1\n`);
    expect((await ask('survey', survey, root)).sent).toBeGreaterThan(30_000);
    expect((await ask('keeping', 'b', root)).reply).toBe('b');
    expect(await readdir(join(root, 'agent'))).toHaveLength(2);
  });

  it('is named by all of it', async () => {
    const sources = await readAgentSources([calls]);
    expect(digestOf(sources)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(new Map([...sources].reverse()))).toBe(digestOf(sources));
    const other = new Map(sources).set('conc_agent.keep', { source: '', package: true });
    expect(digestOf(other)).not.toBe(digestOf(sources));
  });
});

describe('a long request', () => {
  it('is deflated, and arrives as it was', async () => {
    const request = { list: Array.from({ length: 2000 }, () => 'the same é') };
    const { reply, sent } = await ask('keeping', request);
    expect(reply).toEqual(request);
    expect(sent).toBeLessThan((await ask('keeping', 'short')).sent + 4000);
  });
});
