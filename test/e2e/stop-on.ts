import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { withNode } from '../../src/deploy/open.ts';
import type { TestNode } from '../nodes/node.ts';
import type { Project } from './project.ts';

/** Ends what serves there; what the agent says of it. */
export function stopOn({ folder }: Project, { suite }: TestNode): Promise<string> {
  const settings = settingsOf(loadConfig(join(folder, 'conc.ini')), suite);
  return withNode(settings, {}, async ({ session }) => {
    const reply = await session.call('stop', { root: settings.root, service: settings.service }).reply;
    return z.object({ text: z.string() }).parse(reply).text;
  });
}
