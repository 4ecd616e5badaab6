import { describe, expect, it } from 'vitest';
import { defaultSequence, staticJob } from '../../src/sequence/default.ts';
import { rollbackSequence } from '../../src/sequence/rollback.ts';
import { withStatic } from '../../src/sequence/static.ts';

const names = (sequence: ReturnType<typeof withStatic>): string[] => sequence.map(({ name }) => name);

describe('withStatic', () => {
  it('puts the job after verify, of a rollback too', () => {
    expect(names(withStatic(rollbackSequence, true)).slice(0, 3)).toEqual(['verify', 'static', 'switch']);
    expect(names(withStatic(defaultSequence, true)).slice(2, 6)).toEqual(['install', 'verify', 'static', 'switch']);
  });

  it('before the switch where nothing is verified', () => {
    const without = defaultSequence.filter(({ name }) => name !== 'verify');
    expect(names(withStatic(without, true)).slice(2, 5)).toEqual(['install', 'static', 'switch']);
  });

  it('leaves it where the application wants it, and out where there are none', () => {
    const own = [...defaultSequence.slice(0, 3), staticJob, ...defaultSequence.slice(3)];
    expect(withStatic(own, true)).toBe(own);
    expect(withStatic(own, false)).toEqual(defaultSequence);
    expect(withStatic(defaultSequence, false)).toBe(defaultSequence);
  });
});
