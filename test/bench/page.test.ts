import { describe, expect, it } from 'vitest';
import { growthText } from '../../bench/report/growth-text.ts';
import { renderPage } from '../../bench/report/page.ts';
import { plot } from '../../bench/report/plot.ts';
import type { Growth, Outcome } from '../../bench/types.ts';

const side = (name: string): Outcome['row']['ours'] => ({ name, steps: [`${name} | works`], take: async () => 1 });
const outcome: Outcome = {
  name: 'row',
  row: {
    title: 'A deploy',
    unit: 's',
    ours: side('conc'),
    rivals: [
      { ...side('a script'), goal: { kind: 'within', times: 1.4 } },
      { ...side('Ansible'), goal: { kind: 'faster', times: 10 } },
      side('a floor'),
    ],
  },
  ours: { values: [2, 2, 4], flushes: 17 },
  rivals: [
    { values: [1, 1, 2], flushes: 0 },
    { values: [40, 44, 80], flushes: 3 },
    { values: [1, 1, 1], flushes: null },
  ],
  load: 0.3,
  where: 'wall   1.00 s',
};
const growth: Growth = {
  maker: { name: 'files', title: 'Files', of: 'files', unit: 's', how: 'By deploys.' },
  curves: [
    { name: 'line', points: [10, 100, 1000, 10_000].map((n) => ({ n, value: n / 10 })) },
    { name: 'square <&>', points: [10, 100, 1000, 10_000].map((n) => ({ n, value: n * n })) },
  ],
};
const page = (caution: string | null): string =>
  renderPage({
    machine: {
      processors: '2 × a',
      memory: '4 GiB',
      kernel: 'linux 6',
      distribution: 'Debian',
      'file systems': 'disk: ext4',
    },
    versions: { conc: '0.1.0' },
    outcomes: [outcome],
    growths: [growth],
    rounds: 3,
    caution,
    plotOf: (name) => `performance/${name}.svg`,
  });

describe('the page', () => {
  it('says of each goal whether it was met, and keeps what was not', () => {
    expect(page(null)).toContain('| A deploy | a script | ≤ 1.4× | 2.00× | **not met** |');
    expect(page(null)).toContain('| A deploy | Ansible | ≥ 10× faster | 20.0× faster | met |');
    expect(page(null)).not.toContain('| A deploy | a floor |');
  });

  it('has medians with their spread, flushes beside them, and the steps of each side', () => {
    expect(page(null)).toContain('| conc | 2 (2–4) |  | 17 |  |  |');
    expect(page(null)).toContain('| a script | 1 (1–2) | 0.50× | 0 | ≤ 1.4× | 2.00×: **not met** |');
    expect(page(null)).toContain('Ansible:\n\n1. Ansible | works');
    expect(page(null)).toContain('```text\nwall   1.00 s\n```');
  });

  it('begins with a caution where there is one', () => {
    expect(page('Not to rely on.')).toMatch(/^# Performance\n\n<!--.*-->\n\n\*\*Not to rely on\.\*\*\n/);
    expect(page(null)).not.toContain('**Not to rely on');
  });

  it('tells how each cost grows', () => {
    const text = growthText(growth, 'performance/files.svg');
    expect(text).toContain('| line, s | 1 | 10 | 100 | 1,000 | n^1.00 | met |');
    expect(text).toMatch(/\| square <&>, s \|.* n\^2\.00 \| \*\*not met\*\* \|/);
    expect(page(null)).toContain(text);
  });
});

describe('a plot', () => {
  const svg = plot(growth.curves, { title: 'Files', across: 'files', up: 's' });

  it('draws every point within its frame, and what is linear', () => {
    const points = [...svg.matchAll(/<polyline[^>]* points="([^"]+)"/g)].map(([, found = '']) => found.split(' '));
    expect(points.map((each) => each.length)).toEqual([4, 4]);
    for (const [x = Number.NaN, y = Number.NaN] of points.flat().map((point) => point.split(',').map(Number))) {
      expect(x).toBeGreaterThanOrEqual(64);
      expect(x).toBeLessThanOrEqual(616);
      expect(y).toBeGreaterThanOrEqual(44);
      expect(y).toBeLessThanOrEqual(288);
    }
    expect(svg).toContain('class="linear"');
  });

  it('has names as text, and colours for dark pages', () => {
    expect(svg).toContain('square &lt;&amp;&gt;');
    expect(svg).toContain('prefers-color-scheme:dark');
  });
});
