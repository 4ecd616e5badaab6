import { accessSync, constants, globSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFolder, version } from './node-versions.ts';
import { run } from './run.ts';

/** The npm package as users get it: packed here, installed into an empty prefix somewhere else, by and for each Node.js. */
let place = '';
let tarball = '';

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'conc-package-'));
  await run(['npm', 'pack', '--loglevel=error', '--pack-destination', place]);
  tarball = join(place, globSync('*.tgz', { cwd: place })[0] ?? 'no tarball');
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.each(['22', '24'])('the npm package, installed on Node.js %s', (major) => {
  let path = '';
  let installed = '';

  beforeAll(async () => {
    const prefix = join(place, `prefix${major}`);
    path = [join(prefix, 'bin'), await nodeFolder(major, place), '/usr/bin', '/bin'].join(delimiter);
    await run(['npm', 'install', '--global', '--prefix', prefix, '--prefer-offline', tarball], { PATH: path });
    installed = join(prefix, 'lib/node_modules/concops');
  });

  /** `conc` of the prefix, found by its name, far from this repository. */
  const conc = (...args: readonly string[]): Promise<string> =>
    run(['/usr/bin/env', '-C', place, 'conc', ...args], { PATH: path });

  it('starts, and knows its version', async () => {
    expect(await run(['/usr/bin/env', 'node', '--version'], { PATH: path })).toMatch(new RegExp(`^v${major}\\.`));
    expect(await conc('--version')).toBe(`${version()}\n`);
  });

  it('tells its commands', async () => {
    const help = await conc('--help');
    expect(help).toContain('Usage: conc');
    for (const command of ['show', 'check', 'lock', 'build', 'plan', 'deploy', 'status', 'rollback']) {
      expect(help).toMatch(new RegExp(`^ +${command}\\b`, 'm'));
    }
  });

  it('carries the whole agent, and nothing else of Python', async () => {
    const agent = globSync([
      'agent/{conc_agent,conc_init,conc_run,conc_suites}/**/*.py',
      'concops/concops/**/*.py',
    ]).sort();
    expect(agent.length).toBeGreaterThan(10);
    expect(globSync('**/*.py*', { cwd: installed }).sort()).toEqual(agent);
  });

  it('reaches an embedded node with the agent that it carries', async () => {
    await writeFile(join(place, 'conc.ini'), EMBEDDED);
    expect(await conc('check', 'here')).toContain('conc.ini: no problems. 1 node, 0 groups');
  });

  it('needs no other package, and tells the licences of those that are in it', async () => {
    expect(globSync('**/node_modules/*', { cwd: installed })).toEqual([]);
    const told = await readFile(join(installed, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    for (const name of ['commander', 'smol-toml', 'yauzl', 'yazl', 'zod'])
      expect(told).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\n\\n.*Copyright`, 'ms'));
  });

  it('carries compiled code: no tests, no TypeScript', () => {
    const top = globSync('*', { cwd: installed });
    expect(top.sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'agent',
      'concops',
      'dist',
      'package.json',
      'protocol',
    ]);
    expect(globSync('**/*.ts', { cwd: installed })).toEqual([]);
    accessSync(join(installed, 'dist/cli/main.js'), constants.X_OK);
  });
});

const EMBEDDED = `[node here]
app = hello
gateway = popen
root = ./node
process.web.command = hello
`;
