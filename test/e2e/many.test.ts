import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jsonLinesOf } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';

const NODES = Array.from({ length: 12 }, (_, at) => `n${String(at + 1).padStart(2, '0')}`);
const section = (name: string): string =>
  `[node ${name}]\ngroups = all12\ngateway = popen\nroot = ./.conc/nodes/${name}\n`;

let tea: Project;

beforeAll(async () => {
  tea = await makeProject('test/e2e/tea');
  await tea.configure((ini) => [ini, '[group all12]\ntier = web\n', ...NODES.map(section)].join('\n'));
  await tea.must('lock');
  await tea.must('build');
});
afterAll(() => tea[Symbol.asyncDispose]());

/** How many changes were under way at the most, and how many when the second began. */
function overlap(events: readonly Record<string, unknown>[]): { readonly most: number; readonly atSecond: number } {
  let under = 0;
  const begun: number[] = [];
  for (const { event } of events) {
    if (event === 'node') under -= 1;
    if (event !== 'change') continue;
    under += 1;
    begun.push(under);
  }
  return { most: Math.max(...begun), atSecond: begun[1] ?? 0 };
}

describe('twelve nodes', () => {
  it('are deployed with four at a time after the first', async () => {
    const run = await tea.conc(['deploy', '@all12', '--parallel', '4', '--json']);
    const events = jsonLinesOf(run);
    expect(events.at(-1)).toMatchObject({
      exit: 0,
      nodes: NODES.map((node) => ({ node, outcome: 'proven' })),
    });
    const { most, atSecond } = overlap(events);
    expect(atSecond).toBe(1);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('are told of in the terminal by a line for each, the first job by job', async () => {
    await appendFile(join(tea.folder, 'src/tea/__init__.py'), '\n# Another release.\n');
    await tea.must('build');
    const { stderr } = await tea.must('deploy', '@all12');
    expect(stderr.match(/^ \d switch /gm)).toHaveLength(1);
    for (const node of NODES) expect(stderr).toMatch(new RegExp(`^${node} serves r2-`, 'm'));
    expect(stderr).toContain('12 nodes:');
  });
});
