import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionTimings, Phase, Timings } from '../../src/timings/types.ts';
import { jsonLinesOf, type Run } from '../support/conc.ts';
import { readTimings } from '../timings/read-timings.ts';
import { readTrace } from '../timings/read-trace.ts';
import { left, withParts } from '../timings/story.ts';
import { makeProject, type Project } from './project.ts';

const JOBS = ['preflight', 'deliver', 'install', 'verify', 'switch', 'restart', 'health', 'confirm', 'prune'];
let tea: Project;

beforeAll(async () => {
  tea = await makeProject('test/e2e/tea');
  const node = (name: string): string => `\n[node ${name}]\ngateway = popen\nroot = ./.conc/nodes/${name}\n`;
  await tea.configure((ini) => [ini, node('here'), node('there')].join(''));
  await tea.must('lock');
  await tea.must('build');
});
afterAll(() => tea[Symbol.asyncDispose]());

const timingsIn = (run: Run): Timings => readTimings(jsonLinesOf(run).find(({ event }) => event === 'timings'));

function only({ connections }: Timings): ConnectionTimings {
  const [connection, ...more] = connections;
  if (connection === undefined || more.length > 0) throw new Error(`${connections.length} connections`);
  return connection;
}

const named = (phases: readonly Phase[], name: string): Phase => {
  const found = phases.find((phase) => phase.name === name);
  if (found === undefined) throw new Error(`no ${name} among ${phases.map((phase) => phase.name).join(' ')}`);
  return found;
};

describe('where the time of a deploy went', () => {
  let run: Run;
  let timings: Timings;

  it('is an event before the summary, which stays the last', async () => {
    run = await tea.must('deploy', 'here', '--json', '--timings', '--trace', '.conc/trace.json');
    expect(jsonLinesOf(run).at(-1)).toMatchObject({ event: 'summary', exit: 0 });
    timings = timingsIn(run);
  });

  it('has every phase, and in the run every job with its parts on the node', () => {
    const { phases } = only(timings);
    expect(phases.map(({ name }) => name).filter((name) => name !== 'here')).toEqual([
      ...['connect', 'bootstrap', 'inventory', 'run', 'goodbye'],
    ]);
    const { parts } = named(phases, 'run');
    expect(parts.map(({ name }) => name)).toEqual(['code', 'code', 'open', ...JOBS, 'close']);
    const install = named(parts, 'install').parts.map(({ name }) => name);
    expect(install).toEqual(expect.arrayContaining(['intent', 'unpack', 'compile', 'seal', 'sync', 'venv', 'link']));
    expect(named(parts, 'deliver').parts.map(({ name }) => name)).toEqual(['intent', 'look', 'receive', 'sync']);
  });

  it('sums up: phases to the connection, connection and the rest to the command, parts to no more than their phase', () => {
    const { phases, whole } = only(timings);
    for (const figure of ['wall', 'here', 'sent', 'received', 'trips'] as const)
      expect(left(whole, phases, figure)).toBeCloseTo(0, 6);
    const { before, after, wall } = timings;
    expect(before.wall + whole.wall + after.wall).toBeCloseTo(wall, 6);
    for (const phase of phases.flatMap(withParts)) {
      expect(phase.wall).toBeGreaterThanOrEqual(0);
      for (const figure of ['wall', 'here', 'node', 'programs', 'sent', 'received', 'trips'] as const)
        if (phase.parts.some((part) => part[figure] !== null))
          expect(left(phase, phase.parts, figure)).toBeGreaterThanOrEqual(-1e-6);
    }
  });

  it('counts what goes over the link: the wheel in its job, the waits of each', () => {
    const { phases } = only(timings);
    const { parts } = named(phases, 'run');
    const [bundled] = jsonLinesOf(run).filter(({ event }) => event === 'node');
    expect(bundled?.bytes).toEqual({
      // Of the end of the session the event knows nothing yet.
      sent: (only(timings).whole.sent ?? 0) - (named(phases, 'goodbye').sent ?? 0),
      received: only(timings).whole.received,
    });
    expect(named(parts, 'deliver')).toMatchObject({ trips: 1 });
    expect(named(parts, 'deliver').sent).toBeGreaterThan(5000);
    expect(named(parts, 'confirm')).toMatchObject({ trips: 1 });
    expect(named(parts, 'verify')).toMatchObject({ trips: 0, sent: 0 });
  });

  it('waits for the other end six times at most, after ssh', () => {
    expect(only(timings).whole.trips).toBeLessThanOrEqual(6);
  });

  it("knows the node's clock: on one machine both ends have the same", () => {
    const { mapping } = only(timings);
    if (mapping === null) throw new Error('the node told nothing');
    expect(Math.abs(mapping.offset + timings.began)).toBeLessThanOrEqual(mapping.within + 1e-6);
  });

  it('is a trace that a viewer reads, with the jobs on the track of the node', async () => {
    const { slices } = readTrace(JSON.parse(await readFile(join(tea.folder, '.conc/trace.json'), 'utf8')));
    const run = slices.find(({ name, cat }) => name === 'run' && cat === 'here');
    const jobs = slices.filter(({ name }) => JOBS.includes(name));
    expect(jobs.map(({ name }) => name)).toEqual(JOBS);
    expect(new Set(jobs.map(({ tid }) => tid))).toEqual(new Set([(run?.tid ?? 0) + 1]));
  });
});

describe('other commands', () => {
  it('tell a person on stderr, below what they tell else', async () => {
    const { stdout, stderr } = await tea.must('plan', 'here', '--timings');
    expect(stdout).toContain('serves this release already');
    expect(stderr).toMatch(/^where the time went +wall/m);
    expect(stderr).toMatch(/^ {2}inventory +\d/m);
    expect(stderr).not.toMatch(/^ {2}run /m);
  });

  it('measure nodes that are looked at side by side each for itself', async () => {
    const { connections, before, after, wall } = timingsIn(await tea.conc(['check', '@all', '--json', '--timings']));
    expect(connections.map(({ node }) => node).sort()).toEqual(['here', 'there']);
    expect(connections.every(({ inner }) => !inner)).toBe(true);
    const [one, other] = connections.map(({ start, whole }) => [start, start + whole.wall] as const);
    const covered = Math.max(one?.[1] ?? 0, other?.[1] ?? 0) - Math.min(one?.[0] ?? 0, other?.[0] ?? 0);
    expect(before.wall + covered + after.wall).toBeCloseTo(wall, 6);
  });

  it('change nothing where the trace could not be written', async () => {
    const refused = await tea.conc(['deploy', 'there', '--trace', 'no/such/folder/trace.json', '--json']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error).toMatchObject({ code: 'timings.trace-not-written' });
    await expect(stat(join(tea.folder, '.conc/nodes/there'))).rejects.toThrow('ENOENT');
  });
});
