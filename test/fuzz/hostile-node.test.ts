import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Bundle } from '../../src/bundle/types.ts';
import { drive } from '../../src/deploy/drive.ts';
import { connect } from '../../src/gateway/connect.ts';
import { here } from '../contract/backends.ts';

const taken = (): ReturnType<typeof connect> =>
  connect(here, { moduleFolders: [join(import.meta.dirname, 'hostile_calls')] });

it('a node gets modules of the agent, whatever name it asks for', async () => {
  const names = [
    '/etc/passwd',
    '../../package.json',
    'conc_agent/../../package',
    'conc_agent..frames',
    'conc_agent.../frames',
    '__proto__',
    'constructor',
    'toString',
    '',
    'concops',
    'os',
  ];
  for (const call of ['ask', 'ask_several']) {
    const session = await taken();
    const reply = await session.call(call, ['conc_agent.serve', ...names]).reply;
    expect(reply).toEqual({
      'conc_agent.serve': [expect.stringContaining('def '), false],
      ...Object.fromEntries(names.map((name) => [name, null])),
    });
    await session.close();
  }
});

it('a node gets wheels of the bundle, whatever it wants', async () => {
  const session = await taken();
  const nothing = (): Promise<never> => Promise.reject(new Error('nobody may ask for this'));
  const bundle: Bundle = {
    path: '',
    id: '',
    manifest: { format: 1, app: 'shop', version: '1', targets: [], wheels: [], sequence: [], lock: '' },
    provenance: { commit: null, dirty: false, builder: '', host: '', built: '', conc: '', inputs: '' },
    tools: [],
    contents: nothing,
    contentsText: nothing,
    open: nothing,
    devopsCode: nothing,
    etcFile: nothing,
    testFiles: nothing,
    close: nothing,
  };
  for (const wanted of ['0'.repeat(64), '../../conc.ini', '__proto__']) {
    const call = session.call('want', [wanted]);
    const driven = drive(call, {
      node: 'web1',
      emit: () => {},
      control: { subscribe: () => () => {} },
      bundle,
      near: null,
      reachAnew: () => Promise.resolve({ well: false, why: 'nobody' }),
      sudo: { remote: null, local: null },
      step: null,
    });
    await expect(driven).rejects.toMatchObject({ code: 'agent.unexpected-message' });
  }
  await session.close();
});
