import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((page) => page !== '' && existsSync(page));

describe('links between pages', () => {
  it('are looked for on every page', () => {
    expect(pages).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'docs/getting-started.md']));
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(20);
  });

  it.each(pages)('%s', (page) => {
    expect(linksOf(page).flatMap((link) => fault(page, link) ?? [])).toEqual([]);
  });

  it('lead from the index to every page of docs/', () => {
    const linked = linksOf('docs/README.md').map((link) => normalize(join('docs', link.split('#')[0] ?? '')));
    expect(
      pages.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md' && !linked.includes(page)),
    ).toEqual([]);
  });
});

/** Targets of `[text](target)` and `[text]: target`, outside of code, that lead to other places of the repository. */
function linksOf(page: string): string[] {
  const prose = withoutBlocks(readFileSync(page, 'utf8')).replaceAll(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)|^\[[^\]]+\]:\s*(\S+)/gm)].map(
    ([, inline, named]) => inline ?? named ?? '',
  );
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return `${link}: there is no ${file}`;
  if (anchor === undefined) return undefined;
  if (statSync(file).isDirectory()) return `${link}: a folder has no headings`;
  return anchorsOf(file).has(anchor) ? undefined : `${link}: ${file} has no such heading`;
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): Set<string> {
  const headings = withoutBlocks(readFileSync(file, 'utf8')).matchAll(/^#{1,6} +(.+?) *#*$/gm);
  const seen = new Map<string, number>();
  return new Set(
    [...headings].map(([, heading = '']) => {
      const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
      const slug = text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

const withoutBlocks = (text: string): string => text.replaceAll(/^(`{3,})[\s\S]*?^\1 *$/gm, '');
