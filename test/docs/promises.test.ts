import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Rows of the tables of promises: `| promise | `path`: title |`. */
const rows = readFileSync('docs/security.md', 'utf8')
  .split('\n## sudo\n', 1)
  .join('')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (?:what .* can't do \| test|---)/.test(line));

describe('docs/security.md: each promise is held by a test that is there', () => {
  it('has them', () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows)('%s', (row) => {
    const [, path = '', title = ''] = /^\| .+ \| `([^`]+)`: (.+) \|$/.exec(row) ?? [];
    expect(path).toMatch(/^(?:test|agent\/tests|concops\/tests)\/.+\.(?:test\.ts|py)$/);
    expect(existsSync(path), `${path} is not there`).toBe(true);
    expect(titlesOf(path)).toContain(title);
  });
});

/** Names of the tests of a file, as they are written; of a parametrised one before its parameter. */
function titlesOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const found = path.endsWith('.py')
    ? text.matchAll(/^ {4}def (test_\w+)\(()/gm)
    : text.matchAll(/\b(?:it|test)(?:\.each\([\s\S]*?\))?\(\s*(["'`])((?:(?!\1).)+)\1/g);
  return [...found].map(([, first = '', second = '']) => (second === '' ? first : second.replace(/ \(%s\)$/, '')));
}
