import { describe, expect, it } from 'vitest';
import { ConcError } from '../../src/errors/conc-error.ts';
import { checkNames, readVariables } from '../../src/secrets/variables.ts';

const read = (text: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries([...readVariables(Buffer.from(text), names)].map(([name, value]) => [name, value.reveal()]));

describe('variables on stdin', () => {
  it('one name: all of it, but for one newline at its end', () => {
    expect(read('a\n b\n\n', 'KEY')).toEqual({ KEY: 'a\n b\n' });
    expect(read('A=1\r\n', 'KEY')).toEqual({ KEY: 'A=1' });
    expect(read('', 'KEY')).toEqual({ KEY: '' });
  });

  it('lines of NAME=value, as they are', () => {
    const text = '# of the shop\nA="quoted" # not a comment\n\nB= x=y \r\nC=\n';
    expect(read(text)).toEqual({ A: '"quoted" # not a comment', B: ' x=y ', C: '' });
    expect(read('A=1\nB=2\n', 'B', 'A')).toEqual({ A: '1', B: '2' });
  });

  it.each([
    ['A=1\n', ['A', 'B'], 'env.input', 'no line on stdin gives B'],
    ['A=1\nB=2\nC=3\n', ['A', 'B'], 'env.input', 'stdin gives C too'],
    ['A=1\nA=2\n', [], 'env.input', 'A is on stdin twice'],
    ['A=canary\nexport B=canary\n', [], 'env.input', 'line 2 of stdin is not NAME=value'],
    ['canary\n', [], 'env.input', 'line 1 of stdin is not NAME=value'],
    ['\n', [], 'env.input', 'stdin gives no variable'],
    ['LD_PRELOAD=canary\n', [], 'env.name', 'LD_PRELOAD says how a process is started'],
    ['canary\0', ['A'], 'env.value', 'A: it holds a NUL'],
    [`canary${'x'.repeat(1 << 17)}`, ['A'], 'env.value', 'and a variable 131072 at most'],
    [Array.from({ length: 6 }, (_, at) => `A${at}=${'x'.repeat(100_000)}`).join('\n'), [], 'env.value', 'together'],
  ])('%# is refused without a word of it', (text, names, code, words) => {
    const refused = refusal(() => read(text, ...names));
    expect([refused.code, refused.message]).toEqual([code, expect.stringContaining(words)]);
    expect(JSON.stringify(refused)).not.toMatch(/canary|xxx/);
  });

  it('and what is not UTF-8', () => {
    expect(refusal(() => readVariables(Buffer.from([0xff]), ['A'])).message).toContain('not UTF-8');
  });
});

describe('names of variables', () => {
  it.each(['1A', 'A-B', '', 'canary value'])('%j is none, and may be a value: it is not shown', (name) => {
    const refused = refusal(() => checkNames([name]));
    expect(refused.code).toBe('env.name');
    if (name !== '') expect(JSON.stringify(refused)).not.toContain(name);
  });

  it('a value behind one is told, without it', () => {
    const refused = refusal(() => checkNames(['A=canary']));
    expect(refused.message).toContain('a value stands behind A=');
    expect(JSON.stringify(refused)).not.toContain('canary');
  });

  it.each(['PATH', 'PYTHONPATH', 'CONC_ROOT', 'LD_LIBRARY_PATH', 'LISTEN_FDS'])('%s starts processes', (name) => {
    expect(refusal(() => checkNames([name])).message).toContain("can't be a secret");
  });

  it('one that is named twice', () => {
    expect(refusal(() => checkNames(['A', 'A'])).message).toBe('A is named twice');
  });
});

function refusal(act: () => unknown): ConcError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConcError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
