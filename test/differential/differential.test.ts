import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findPythons } from '../../scripts/test/pythons.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';

// The same wheels by pip and by conc: trees, and what pip, uv and importlib.metadata see. Which differences may stay, and why, stands in
// agent/tests/differential/trees.py. Real ones are many alike: each set is compared on the oldest Python that today's pip runs on
// or on the newest one here. The wheels that are made have every trait that matters, and are compared on both.

const run = promisify(execFile);
const repository = join(import.meta.dirname, '..', '..');
const agent = join(repository, 'agent');
const uv = join(repository, '.tools', 'venv', 'bin', 'uv');

const reportSchema = z.object({
  files: z.number(),
  wheels: z.array(z.string()),
  reasons: z.record(z.string(), z.number()),
  faults: z.array(z.string()),
  views: z.array(z.string()),
  seconds: z.object({ pip: z.number(), conc: z.number() }),
});

const all = (await findPythons()).filter(({ version }) => Number(version.split('.')[1]) >= 9);
const pythons = [all[0], all.at(-1)].filter((each, at, list) => each !== undefined && list.indexOf(each) === at);
const sets = ['web', 'tools', 'data'];
/** Which of the Pythons: the newest has the most wheels with compiled code. */
const setsOf = [['web'], ['tools', 'data']];
const wheels = new Set<string>();
let work: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'conc-differential-'));
});
afterAll(() => rm(work, { recursive: true, force: true }));

for (const [at, python] of pythons.entries()) {
  if (python === undefined) continue;
  const { version, executable } = python;
  const ask = async (...argv: readonly string[]): Promise<string> =>
    (await run(executable, ['-B', '-m', ...argv], { cwd: agent, maxBuffer: 2 ** 26 })).stdout;
  const fetched = async (set: string): Promise<readonly string[]> => {
    const paths = await ask('tests.install.downloads', join(import.meta.dirname, 'sets', `${set}.txt`));
    return paths.trim().split('\n');
  };

  describe(`Python ${version}`, () => {
    const compare = async (place: string, folder: string): Promise<void> => {
      const [pip = ''] = await fetched('pip');
      const text = await ask('tests.differential', place, pip, uv, join(work, folder));
      const report = reportSchema.parse(JSON.parse(text));
      await rm(join(work, folder), { recursive: true, force: true });
      const told = Object.entries(report.reasons).map(([reason, count]) => `${reason} ${count}`);
      const { seconds, files } = report;
      console.log(
        `${folder}: ${report.wheels.length} wheels, ${files} files, pip ${seconds.pip} s, conc ${seconds.conc} s; with a reason: ${told.join(', ')}`,
      );
      expect(report.faults).toEqual([]);
      expect(report.views).toEqual([]);
      for (const file of report.wheels) wheels.add(file);
    };

    test.each(pythons.length === 1 ? sets : (setsOf[at] ?? []))('%s', async (set) => {
      await compare(dirname((await fetched(set))[0] ?? ''), `${set} ${version}`.replace(' ', '-'));
    });

    test('every trait, in a folder with a blank and a long name', async () => {
      await compare('made', `made ${version} ${'long '.repeat(20).trim()}`);
    });
  });
}

test('the build takes every one of them, and they are at least 150', async () => {
  expect(wheels.size).toBeGreaterThanOrEqual(150);
  const taken: string[] = [];
  const newest = pythons.at(-1)?.executable ?? '';
  for (const set of sets) {
    const argv = ['-B', '-m', 'tests.install.downloads', join(import.meta.dirname, 'sets', `${set}.txt`)];
    const folder = dirname((await run(newest, argv, { cwd: agent })).stdout.split('\n')[0] ?? '');
    for (const file of (await readdir(folder)).filter((each) => each.endsWith('.whl')))
      taken.push((await readWheel(join(folder, file), file)).name);
  }
  expect(new Set(taken).size).toBeGreaterThanOrEqual(150);
});
