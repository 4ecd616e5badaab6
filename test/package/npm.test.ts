import { accessSync, constants, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';

/** The npm package as users get it: packed here, installed into an empty prefix somewhere else. */
let place = '';
let installed = '';

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'conc-package-'));
  await run(['npm', 'pack', '--loglevel=error', '--pack-destination', place]);
  const [tarball = 'no tarball'] = globSync('*.tgz', { cwd: place });
  await run([
    'npm',
    'install',
    '--global',
    '--prefix',
    join(place, 'prefix'),
    '--prefer-offline',
    join(place, tarball),
  ]);
  installed = join(place, 'prefix/lib/node_modules/concops');
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** `conc` of the prefix, found by its name, far from this repository, on the Node.js that runs these tests. */
async function conc(...args: readonly string[]): Promise<string> {
  const path = [join(place, 'prefix/bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  return run(['/usr/bin/env', '-C', place, 'conc', ...args], { PATH: path });
}

describe('the installed npm package', () => {
  it('starts, and knows its version', async () => {
    const version = /"version": "([^"]+)"/.exec(readFileSync('package.json', 'utf8'))?.[1];
    expect(await conc('--version')).toBe(`${version}\n`);
  });

  it('tells its commands', async () => {
    const help = await conc('--help');
    expect(help).toContain('Usage: conc');
    for (const command of ['show', 'check', 'lock', 'build', 'plan', 'deploy', 'status', 'rollback']) {
      expect(help).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    }
  });

  it('carries the whole agent, and nothing else of Python', async () => {
    const agent = globSync('agent/conc_agent/**/*.py').sort();
    expect(agent.length).toBeGreaterThan(10);
    expect(globSync('**/*.py*', { cwd: installed }).filter(notOfDependencies).sort()).toEqual(agent);
  });

  it('carries compiled code: no tests, no TypeScript', () => {
    const top = globSync('*', { cwd: installed }).filter((name) => name !== 'node_modules');
    expect(top.sort()).toEqual(['CHANGELOG.md', 'README.md', 'agent', 'dist', 'package.json', 'protocol']);
    expect(globSync('**/*.ts', { cwd: installed }).filter(notOfDependencies)).toEqual([]);
    accessSync(join(installed, 'dist/cli/main.js'), constants.X_OK);
  });
});

function notOfDependencies(path: string): boolean {
  return !path.startsWith('node_modules/');
}
