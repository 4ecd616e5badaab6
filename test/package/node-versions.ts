import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

/** A Node.js of this major version: the folder of its binary. That of the tests themselves, or one from the npm package `node`. */
export async function nodeFolder(major: string, place: string): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return join(process.execPath, '..');
  const prefix = join(place, `node${major}`);
  await run(['npm', 'install', '--loglevel=error', '--prefer-offline', '--prefix', prefix, `node@${major}`]);
  return join(prefix, 'node_modules/node/bin');
}

/** conc's version, as package.json has it. */
export const version = (): string => /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1] ?? 'none';
