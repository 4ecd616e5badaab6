import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NodeSettings } from '../../src/config/types.ts';
import type { Wanted } from '../../src/prepare/types.ts';
import { wantedOf } from '../../src/prepare/wanted.ts';
import { change } from '../support/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'conc-wanted-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const path of ['etc/cron.d/shop', 'etc.web/nginx/shop', 'etc@web2/motd', 'etc/.ownership', 'etc/old~']) {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), '');
}
const PLACE = '/usr/local/lib/conc/place';
const settings: NodeSettings = { ...change().settings, gateway: 'ssh', groups: ['web'] };
const of = (more: Partial<NodeSettings> = {}, user = 'deploy', project = folder): Promise<Wanted> =>
  wantedOf({ ...settings, ...more }, { folder: project, sequence: null, once: null }, { user, key: null }, 'ops@desk');
const commandsOf = ({ rules }: Wanted): readonly string[] => rules.flatMap(({ commands }) => commands);

describe('what a project has for a node', () => {
  it('is the files of the etc tree that it takes, and the program that places them', async () => {
    const wanted = await of();
    expect(wanted.etc).toEqual(['cron.d/shop', 'nginx/shop']);
    expect([wanted.program?.path, commandsOf(wanted)]).toEqual([PLACE, [`${PLACE} ""`]]);
    expect(
      Buffer.from(wanted.program?.bytes ?? [])
        .subarray(0, 2)
        .toString(),
    ).toBe('#!');
    // The same bytes each time: what was prepared stays so.
    expect((await of()).program).toEqual(wanted.program);
  });

  it('is no file where the tree goes below the root, or nowhere', async () => {
    for (const etcRoot of ['etc', null])
      expect(await of({ etcRoot })).toMatchObject({ etc: [], program: null, rules: [] });
  });

  it('is what the machine starts, as the account that it is started as', async () => {
    const attributes = { service: 'systemd', 'service.scope': 'system', 'service.user': 'tea' };
    const wanted = await of({ attributes, etcRoot: null });
    expect([wanted.manager, wanted.account, commandsOf(wanted)]).toEqual(['machine', 'tea', [`${PLACE} units`]]);
    expect(await of({ attributes: { service: 'systemd', 'service.user': 'tea' } })).toMatchObject({
      manager: 'user',
      account: null,
    });
    expect(await of({ attributes: { ...attributes, 'service.user': 'deploy' } })).toMatchObject({ account: null });
    expect(await of({ attributes: { service: 'initscript' } })).toMatchObject({ manager: 'machine' });
  });

  it('is links for the keys of servers', async () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(commandsOf(await of({ attributes: { 'nginx.sites': 'shop' } }, 'deploy', empty))).toEqual([`${PLACE} ""`]);
    expect(await of({ attributes: {} }, 'deploy', empty)).toMatchObject({ program: null, rules: [] });
  });

  it('needs no rule where root deploys', async () => {
    expect(await of({}, 'root')).toMatchObject({ program: null, rules: [] });
  });

  it('says that rules of its jobs are not known before they were built', async () => {
    const jobs = { module: 'shop.jobs', attribute: 'jobs' };
    expect((await of({ jobs })).notes).toEqual([
      'rules for jobs of the application: nothing was built from what is here',
    ]);
  });
});
