import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config/load.ts';
import { nodeNames } from '../../src/config/nodes.ts';
import { settingsOf } from '../../src/config/settings.ts';
import { withNode } from '../../src/deploy/open.ts';
import { conc, type Run, type RunOptions } from '../support/conc.ts';
import { freePort } from '../support/free-port.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));

/** A working copy of the shop, with conc as a person would call it there. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly conc: (args: readonly string[], options?: RunOptions) => Promise<Run>;
  /** The same, and it must end with 0. */
  readonly must: (...args: string[]) => Promise<Run>;
  /** Brings the working copy to another release of the shop. */
  readonly becomes: (release: '2' | '3') => Promise<void>;
  readonly configure: (edit: (ini: string) => string) => Promise<void>;
}

/** Copies the shop, or another project, to a folder of its own, with a port of its own. Disposing ends what serves there and removes it. */
export async function makeProject(from = 'examples/shop'): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-e2e-'));
  const port = await freePort();
  await cp(join(house, from), folder, { recursive: true, verbatimSymlinks: true });
  const ini = join(folder, 'conc.ini');
  const configure = async (edit: (text: string) => string): Promise<void> =>
    writeFile(ini, edit(await readFile(ini, 'utf8')));
  await configure((text) => text.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
  const env = { PATH: `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}` };
  const run: Project['conc'] = (args, options) => conc(args, { cwd: folder, env, ...options });
  return {
    folder,
    port,
    conc: run,
    must: async (...args) => {
      const result = await run(args);
      if (result.code !== 0)
        throw new Error(`conc ${args.join(' ')}: ${result.code}\n${result.stdout}${result.stderr}`);
      return result;
    },
    becomes: (release) => cp(join(house, 'examples/shop-releases', release), folder, { recursive: true }),
    configure,
    async [Symbol.asyncDispose]() {
      const config = loadConfig(ini);
      for (const node of nodeNames(config)) {
        const settings = settingsOf(config, node);
        if (settings.gateway === 'popen') await stopService(settings);
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const stopService = (settings: Parameters<typeof withNode>[0]): Promise<void> =>
  withNode(settings, {}, async ({ session, survey }) => {
    if (survey.exists) await session.call('stop', { root: settings.root, service: settings.service }).reply;
  });

/** What the front page says of itself. */
export const releaseOn = (html: string): { version: string; id: string } => {
  const found = /<p class="release"><strong>shop (.+?)<\/strong><span>(.+?)<\/span>/.exec(html);
  return { version: found?.[1] ?? '', id: found?.[2] ?? '' };
};
