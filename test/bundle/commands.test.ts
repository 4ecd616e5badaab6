import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { define as build } from '../../src/cli/commands/build.ts';
import { define as lock } from '../../src/cli/commands/lock.ts';
import { runCommand } from '../config/support/run-command.ts';
import { commitAll, concIni, writeFiles } from './support/project.ts';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-commands-'));
  await writeFiles(folder, {
    'conc.ini': `${concIni}\n[node web1]\nsshd.host = web1.example.org\nroot = /srv/shop\n`,
    'pyproject.toml':
      '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["six==1.17.0"]\n[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[tool.setuptools]\npackages = ["shop"]\n',
    'shop/__init__.py': '',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('build before lock says what to do', async () => {
  await commitAll(folder);
  await expect(runCommand(build, [], folder)).rejects.toMatchObject({
    code: 'lock.none',
    exit: 2,
    hint: expect.stringContaining('conc lock'),
  });
});

test('lock: what was locked, what changed, what was written, what is next', async () => {
  const { stdout: out, stderr: err } = await run(process.execPath, [main, 'lock'], { cwd: folder });
  expect(out.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^1 package locked by (uv|pip) for cp3\d+-\S+$/),
    '  + six 1.17.0  11 kB',
    '  in pylock.build.toml:',
    expect.stringMatching(/^ {2}\+ setuptools \S+ {2}\d+ kB$/),
    expect.stringMatching(/^ {2}2 added, \+\d+ kB$/),
    'Written: pylock.toml, pylock.build.toml. Commit them, then: conc build',
  ]);
  expect(err).toContain('Warning: web1 has no target yet. If it is unlike the others: conc check web1 --record');
  expect(err).toMatch(/^resolving pyproject\.toml by (uv|pip), for Python 3\./);
});

test('lock --json: one value, and nothing changes the second time', async () => {
  const { out } = await runCommand(lock, ['--json'], folder);
  expect(JSON.parse(out)).toMatchObject({
    backend: expect.stringMatching(/uv|pip/),
    targets: [expect.stringMatching(/^cp3/)],
    files: ['pylock.toml', 'pylock.build.toml'],
    packages: [{ name: 'six', version: '1.17.0' }],
    changes: [],
    sdists: [],
    warnings: [expect.stringContaining('web1')],
  });
});

test('build refuses what is not committed; --dirty builds it; committed, it says so', async () => {
  await expect(runCommand(build, [], folder)).rejects.toMatchObject({
    code: 'build.uncommitted',
    hint: expect.stringContaining('--dirty'),
  });
  const dirty = await runCommand(build, ['--dirty'], folder);
  expect(dirty.out).toMatch(
    /^shop 1\.0 · bundle [0-9a-f]{8} · [0-9a-f]{8}, with changes that are not committed\n {2}2 wheels \(1 built here\), \S+ kB, for cp3/,
  );
  await commitAll(folder);
  const { out } = await runCommand(build, ['--json'], folder);
  const [file] = readdirSync(join(folder, '.conc', 'bundles'));
  expect(JSON.parse(out)).toMatchObject({
    path: join(folder, '.conc', 'bundles', file ?? ''),
    id: expect.stringMatching(/^[0-9a-f]{64}$/),
    app: 'shop',
    version: '1.0',
    wheels: [
      { name: 'shop', origin: 'project' },
      { name: 'six', origin: 'registry' },
    ],
    tools: [],
    provenance: { dirty: false, commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
  });
  const again = await runCommand(build, ['--verify'], folder);
  expect(again.out).toContain('The same as a bundle that was there');
  expect(again.out).toContain('Reproducible: everything that was built came out the same a second time');
});
