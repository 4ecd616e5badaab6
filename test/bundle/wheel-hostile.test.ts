import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { gather } from '../../src/bundle/build/gather.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';
import { ConcError } from '../../src/errors/conc-error.ts';
import type { HostileCase } from './support/corpus.ts';
import { askAgent, writeCorpus, writeDamaged } from './support/corpus.ts';
import { factsOf } from './support/python.ts';

let folder: string;
let target: TargetSpec;
let cases: readonly HostileCase[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-hostile-'));
  target = targetOf(await factsOf('python3'), 'here');
  cases = await writeCorpus(join(folder, 'corpus'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the build says to the wheels of a case; null: nothing against them. */
async function buildSays({ name, wheels, allow }: HostileCase): Promise<ConcError | null> {
  const at = wheels.map((file) => ({
    path: join(folder, 'corpus', name, file),
    targets: [target],
    role: 'vendor' as const,
    origin: 'registry' as const,
  }));
  try {
    await gather(at, [target], { allow });
    return null;
  } catch (error) {
    if (error instanceof ConcError) return error;
    throw error;
  }
}

test('every hostile wheel of the corpus is refused by name, for the reason that is meant', async () => {
  const hostile = cases.filter(({ because }) => because !== null);
  expect(hostile.length).toBeGreaterThanOrEqual(47);
  for (const each of hostile) {
    const error = await buildSays(each);
    expect.soft(error?.message, each.name).toMatch(new RegExp(each.because ?? ''));
    expect(
      each.wheels.some((file) => error?.message.includes(file)),
      `${each.name}: ${error?.message}`,
    ).toBe(true);
    expect(error).toMatchObject({ exit: 2, hint: expect.stringMatching(/./) });
  }
});

test('odd wheels that are sound are taken', async () => {
  const sound = cases.filter(({ because }) => because === null);
  expect(sound.length).toBeGreaterThan(10);
  for (const each of sound) expect.soft((await buildSays(each))?.message ?? 'taken', each.name).toBe('taken');
});

test('damaged wheels: no reader breaks, and what the build lets through, the node takes', async () => {
  const seed = Number(process.env.CONC_FUZZ_SEED ?? 20261121);
  console.log(`fuzzing with CONC_FUZZ_SEED=${seed}`);
  const place = join(folder, 'damaged');
  let refused = 0;
  for (const name of await writeDamaged(place, seed, 600)) {
    const file = 'good-1.0-py3-none-any.whl';
    try {
      const read = await readWheel(join(place, name, file), file);
      await writeFile(join(place, name, 'contents.json'), JSON.stringify(read.files));
    } catch (error) {
      expect(error, `seed ${seed}, wheel ${name}`).toBeInstanceOf(ConcError);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(300);
  const verdicts = await askAgent(place);
  expect(Object.keys(verdicts)).toHaveLength(600 - refused);
  expect(Object.entries(verdicts).filter(([, words]) => words !== '')).toEqual([]);
});
