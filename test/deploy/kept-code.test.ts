import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeptCode, refuseKeptCode } from '../../src/deploy/sudo.ts';
import { connect } from '../../src/gateway/connect.ts';
import type { Session } from '../../src/gateway/types.ts';
import { here } from '../contract/backends.ts';

/** In place of sudo's own: one that wants a password where commands are named. */
const SUDO = `
from conc_agent import keep
def serve(channel, request):
    keep.afterwards("proven")
    if request["commands"]:
        channel.send({"needed": "somebody"})
        channel.receive()
    return {"needed": bool(request["commands"])}
`;

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'conc-kept-code-'));
  await mkdir(join(root, 'modules', 'calls'), { recursive: true });
  await writeFile(join(root, 'modules', 'calls', 'sudo.py'), SUDO);
});
afterAll(() => rm(root, { recursive: true }));

async function over(use: (session: Session) => Promise<void>): Promise<void> {
  const session = await connect(here, { moduleFolders: [join(root, 'modules')], keptIn: root });
  try {
    await use(session);
  } finally {
    await session.close();
  }
}

describe('an agent whose code lay on the node', () => {
  it('gets no password: where one is wanted, its code has to be sent', async () => {
    await over(async (session) => {
      expect(session.kept).toBe(false);
      await session.call('sudo', { commands: [] }).reply;
      await refuseKeptCode(session, ['/usr/bin/true']);
    });
    await over(async (session) => {
      expect(session.kept).toBe(true);
      await refuseKeptCode(session, null);
      await refuseKeptCode(session, []);
      await expect(refuseKeptCode(session, ['/usr/bin/true'])).rejects.toThrow(KeptCode);
    });
  });
});
