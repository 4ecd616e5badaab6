import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellWords } from '../../src/config/shell-words.ts';

const SPLIT = `
import json, shlex, sys
def split(text):
    try:
        return shlex.split(text)
    except ValueError:
        return None
print(json.dumps([split(text) for text in json.load(sys.stdin)]))
`;

it('splits as Python does', () => {
  const pieces = fc.constantFrom(...'ab é\'"\\ \t\n\r$#=,\u00a0\u2028'.split(''));
  const texts = fc.sample(
    fc.array(pieces, { maxLength: 9 }).map((chosen) => chosen.join('')),
    { numRuns: 2000, seed: 7 },
  );
  const output = execFileSync('python3', ['-I', '-c', SPLIT], { input: JSON.stringify(texts), encoding: 'utf8' });
  const expected: (string[] | null)[] = JSON.parse(output);
  expect(texts.map((text) => [text, shellWords(text) ?? null])).toEqual(texts.map((text, at) => [text, expected[at]]));
});
