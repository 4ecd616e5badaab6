import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig } from '../../../src/config/load.ts';
import { settingsOf } from '../../../src/config/settings.ts';
import { withNode } from '../../../src/deploy/open.ts';

/** Ends what node `here` of a project serves. */
export async function stopHere(folder: string): Promise<void> {
  const ini = join(folder, 'conc.ini');
  if (!existsSync(ini)) return;
  const settings = settingsOf(loadConfig(ini), 'here');
  await withNode(settings, {}, async ({ session, survey }) => {
    if (survey.exists) await session.call('stop', { root: settings.root, service: settings.service }).reply;
  });
}
