/**
 * The main job on an embedded node: a directory of this machine, no root rights, no ssh server. Each step is a command
 * that a person would type; `npm run demo` shows them and leaves nothing behind, and nothing running.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/config/load.ts';
import { settingsOf } from '../src/config/settings.ts';
import { withNode } from '../src/deploy/open.ts';
import { freePort } from '../test/support/free-port.ts';

const house = fileURLToPath(new URL('..', import.meta.url));
const shop = await mkdtemp(join(tmpdir(), 'conc-demo-'));
const say = (text: string): void => console.log(text);
let page = '';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void leave().then(() => process.exit(1)));
}
try {
  await prepare();
  await demo();
} catch (error) {
  say(`The demo did not come to its end: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await leave();
}

async function demo(): Promise<void> {
  say('The shop is a Django application. Its node here is a directory; over ssh the commands are the same.\n');
  await conc('lock', '--quiet');
  await conc('build', '--quiet');
  await conc('deploy', 'here');
  await fetchPage();
  say('\nRelease 2: only what changed is sent, and the two processes restart in turn.');
  await becomes('2');
  await conc('build', '--quiet');
  await conc('deploy', 'here', '--quiet');
  await fetchPage();
  say('\nRelease 3 is broken: its code asks for a column that no migration makes.');
  await becomes('3');
  await conc('build', '--quiet');
  await conc('deploy', 'here', '--quiet', { exit: 1 });
  await fetchPage();
  say('\nAnd back to release 1, without sending anything.');
  await conc('rollback', 'here', '--quiet');
  await fetchPage();
  await conc('releases', 'here');
}

/** A copy of the example, with a port that is free. */
async function prepare(): Promise<void> {
  await cp(join(house, 'examples/shop'), shop, { recursive: true });
  const port = await freePort();
  const ini = join(shop, 'conc.ini');
  await writeFile(ini, (await readFile(ini, 'utf8')).replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
  page = `http://127.0.0.1:${port}/`;
}

function becomes(release: string): Promise<void> {
  return cp(join(house, 'examples/shop-releases', release), shop, { recursive: true });
}

/** Runs conc with what it prints going to the screen; another exit code than the expected one ends the demo. */
async function conc(...words: readonly (string | { readonly exit: number })[]): Promise<void> {
  const args = words.filter((word) => typeof word === 'string');
  const expected = words.find((word) => typeof word !== 'string')?.exit ?? 0;
  say(`$ conc ${args.join(' ')}`);
  const path = `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}`;
  const code = await new Promise<number | null>((resolve, reject) => {
    spawn(process.execPath, [join(house, 'src/cli/main.ts'), ...args], {
      cwd: shop,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path },
    })
      .on('error', reject)
      .on('close', resolve);
  });
  if (code !== expected) throw new Error(`conc ${args.join(' ')} ended with exit code ${code}, not ${expected}`);
}

async function fetchPage(): Promise<void> {
  const response = await fetch(page);
  const html = await response.text();
  const release = /<p class="release"><strong>(.+?)<\/strong><span>(.+?)<\/span>/.exec(html);
  say(`  GET ${page} ${response.status}: ${release?.[1]}, from ${release?.[2]}`);
}

/** Ends the embedded node's supervisord and processes, and removes the folder. */
async function leave(): Promise<void> {
  const config = loadConfig(join(shop, 'conc.ini'));
  const settings = settingsOf(config, 'here');
  await withNode(settings, {}, async ({ session, survey }) => {
    if (survey.exists) await session.call('stop', { root: settings.root, service: settings.service }).reply;
  });
  await rm(shop, { recursive: true, force: true });
}
