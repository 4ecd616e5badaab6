import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { looksLike, stepsOf } from './page.ts';

it('finds what a page asks for, in order', () => {
  const folder = mkdtempSync(join(tmpdir(), 'conc-page-'));
  try {
    const page = join(folder, 'page.md');
    writeFileSync(page, PAGE);
    expect(stepsOf(page)).toEqual([
      { kind: 'file', line: 4, path: 'conc.ini', text: '[node here]\napp = hello\n' },
      { kind: 'command', line: 9, command: 'conc check', shown: ['conc.ini: …'] },
      { kind: 'command', line: 11, command: 'cat <<END\ntwo\nEND', shown: [] },
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('compares loosely where a page says …, and exactly elsewhere', () => {
  expect(looksLike(['serves r1-… (1.0)'], 'serves r1-0b77ad20 (1.0)\n')).toBe(true);
  expect(looksLike(['serves r1-… (1.0)'], 'serves r1-0b77ad20 (1x0)\n')).toBe(false);
  expect(looksLike(['one', '…', 'four'], 'one\ntwo\nthree\nfour\n')).toBe(true);
  expect(looksLike(['one', '…', 'four'], 'one\ntwo\nthree\n')).toBe(false);
  expect(looksLike(['one'], 'one\ntwo\n')).toBe(false);
  expect(looksLike(['…'], '')).toBe(true);
});

const PAGE = `# A page

\`\`\`ini conc.ini
[node here]
app = hello
\`\`\`

\`\`\`console
$ conc check
conc.ini: …
$ cat <<END
> two
> END
\`\`\`

\`\`\`
$ not this
\`\`\`
`;
