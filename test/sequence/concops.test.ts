import { expect, it } from 'vitest';
import { defaultSequence } from '../../src/sequence/default.ts';
import { run } from '../package/run.ts';

/** The list that applications extend is the one that conc runs without them. */
it('concops.default is the default sequence', async () => {
  const program =
    'import json; from concops import default; from concops.freeze import freeze; print(json.dumps(freeze(default)))';
  const [jobs, problems] = JSON.parse(await run(['/usr/bin/python3', '-B', '-c', program], { PYTHONPATH: 'concops' }));
  expect(problems).toEqual([]);
  expect(jobs).toHaveLength(defaultSequence.length);
  expect(jobs).toMatchObject(defaultSequence);
});
