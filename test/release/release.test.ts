import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConcError } from '../../src/errors/conc-error.ts';
import type { Json } from '../../src/gateway/types.ts';
import { canonical } from '../../src/release/canonical.ts';
import { chooseRollback } from '../../src/release/choose.ts';
import { releaseId } from '../../src/release/identity.ts';
import { release, survey } from '../support/sample.ts';

const identity = {
  bundle: 'ab'.repeat(32),
  attributes: { workers: '4' },
  interpreter: { executable: '/usr/bin/python3.11', full: '3.11.2', cacheTag: 'cpython-311' },
};

describe('releaseId', () => {
  it('takes the next running number for a new identity', () => {
    expect(releaseId(identity, survey())).toMatch(/^r42-[0-9a-f]{8}$/);
  });

  it('is the same release for the same identity, and another for a changed attribute or interpreter', () => {
    const id = releaseId(identity, survey());
    const known = survey({ releases: [release(id)], next: 43 });
    expect(releaseId({ ...identity }, known)).toBe(id);
    expect(releaseId({ ...identity, attributes: { workers: '5' } }, known)).toMatch(/^r43-/);
    expect(releaseId({ ...identity, interpreter: { ...identity.interpreter, full: '3.11.3' } }, known)).toMatch(
      /^r43-/,
    );
  });
});

describe('canonical', () => {
  it('does not depend on the order of keys', () => {
    expect(canonical({ b: 1, a: [true, null, { d: 'é', c: 2 }] })).toBe('{"a":[true,null,{"c":2,"d":"é"}],"b":1}');
  });

  it("is what Python's json gives with sorted keys and no blanks, for any text", () => {
    const samples = fc.sample(
      fc.dictionary(fc.string({ unit: 'binary-ascii' }), fc.oneof(fc.string(), fc.integer(), fc.boolean())),
      50,
    );
    const program =
      'import json,sys\nfor v in json.load(sys.stdin): print(json.dumps(json.dumps(v,sort_keys=True,separators=(",",":"),ensure_ascii=False)))';
    const output = execFileSync('python3', ['-c', program], { input: JSON.stringify(samples), encoding: 'utf8' });
    const expected = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(samples.map((sample) => canonical(sample as Json))).toEqual(expected);
  });
});

describe('chooseRollback', () => {
  const releases = [
    release('r38-aaaaaaaa'),
    release('r39-bbbbbbbb', 'failed'),
    release('r40-cccccccc'),
    release('r41-dddddddd', 'unproven'),
    release('r42-eeeeeeee'),
    release('r43-ffffffff'),
  ];
  const node = survey({ releases, current: 'r42-eeeeeeee' });

  it('is the newest proven one before the current: never a newer, failed or unproven one', () => {
    expect(chooseRollback('web1', node, undefined).id).toBe('r40-cccccccc');
  });

  it('takes a name, its beginning or its hash', () => {
    for (const name of ['r43-ffffffff', 'r43', 'ffffffff'])
      expect(chooseRollback('web1', node, name).id).toBe('r43-ffffffff');
  });

  it.each([
    ['r39', 'rollback.not-proven', 1],
    ['r41', 'rollback.not-proven', 1],
    ['r99', 'rollback.unknown-release', 2],
    ['r4', 'rollback.unknown-release', 2],
  ])('refuses %s with %s', (name, code, exit) => {
    expect(caught(() => chooseRollback('web1', node, name))).toMatchObject({ code, exit });
  });

  it('says so when there is nothing to go back to', () => {
    const only = survey({ releases: [release('r42-eeeeeeee')], current: 'r42-eeeeeeee' });
    expect(caught(() => chooseRollback('web1', only, undefined))).toMatchObject({ code: 'rollback.none', exit: 1 });
  });
});

function caught(work: () => unknown): ConcError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConcError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
