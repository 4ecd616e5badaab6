import { describe, expect, it } from 'vitest';
import { defaultSequence, etcJob } from '../../src/sequence/default.ts';
import { withEtc } from '../../src/sequence/etc.ts';
import { rollbackSequence } from '../../src/sequence/rollback.ts';

const names = (sequence: ReturnType<typeof withEtc>): string[] => sequence.map(({ name }) => name);

describe('withEtc', () => {
  it('puts the job right after the switch', () => {
    expect(names(withEtc(rollbackSequence, true))).toEqual(['verify', 'switch', 'etc', 'restart', 'health', 'confirm']);
  });

  it('leaves it where a list has it, and takes it out where nothing is to be placed', () => {
    const own = [...defaultSequence.slice(0, 6), etcJob, ...defaultSequence.slice(6)];
    expect(withEtc(own, true)).toBe(own);
    expect(withEtc(own, false)).toEqual(defaultSequence);
    expect(withEtc(defaultSequence, false)).toBe(defaultSequence);
  });

  it('places nothing in a sequence that switches nothing', () => {
    const only = defaultSequence.filter(({ name }) => name === 'health');
    expect(withEtc(only, true)).toBe(only);
  });
});
