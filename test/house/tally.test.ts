import { describe, expect, it } from 'vitest';
import { readOutcome } from '../../scripts/test/python-tests.ts';
import { add, tallyText } from '../../scripts/test/tally.ts';

describe('the closing line of all tests', () => {
  it('is plain', () => {
    expect(tallyText({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed');
    expect(tallyText({ passed: 12, failed: 1, skipped: 3 })).toBe('12 passed, 1 failed, 3 skipped');
  });

  it('adds up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(add(one, one)).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});

describe('the outcome of unittest', () => {
  it.each([
    ['all well', 'Ran 41 tests in 2.101s\n\nOK\n', 0, { passed: 41, failed: 0, skipped: 0 }],
    ['one test', 'Ran 1 test in 0.001s\n\nOK\n', 0, { passed: 1, failed: 0, skipped: 0 }],
    ['some skipped', 'Ran 4 tests in 0.1s\n\nOK (skipped=1)\n', 0, { passed: 3, failed: 0, skipped: 1 }],
    [
      'failures',
      'Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=3)\n',
      1,
      { passed: 3, failed: 3, skipped: 3 },
    ],
    ['no tests', 'Ran 0 tests in 0.000s\n\nNO TESTS RAN\n', 5, { passed: 0, failed: 1, skipped: 0 }],
    ['no tests, before Python 3.12', 'Ran 0 tests in 0.000s\n\nOK\n', 0, { passed: 0, failed: 1, skipped: 0 }],
    ['a crash', 'Fatal Python error: Segmentation fault\n', 139, { passed: 0, failed: 1, skipped: 0 }],
  ])('is read: %s', (_, output, code, tally) => {
    expect(readOutcome(output, code)).toEqual(tally);
  });
});
