import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { applicationStep } from '../../src/ops/application.ts';
import { builtinOps } from '../../src/ops/builtin.ts';
import { describePlan, planJson } from '../../src/plan/describe.ts';
import { planChange, servesAlready } from '../../src/plan/plan.ts';
import { bytesText } from '../../src/plan/units.ts';
import { defaultSequence } from '../../src/sequence/default.ts';
import { envSequence } from '../../src/sequence/env.ts';
import { rollbackSequence } from '../../src/sequence/rollback.ts';
import { change, release, survey, wheel } from '../support/sample.ts';

const ops = { builtin: builtinOps, application: applicationStep };

const plan = (more: Parameters<typeof change>[0] = {}) => planChange(change(more), defaultSequence, ops);

const bytesOf = (job: { readonly request: unknown } | undefined): number =>
  z.object({ bytes: z.number() }).parse(job?.request).bytes;

describe('planChange', () => {
  it('goes through the default sequence in its order', () => {
    expect(plan().jobs.map(({ index, name }) => `${index} ${name}`)).toEqual([
      '1 preflight',
      '2 deliver',
      '3 install',
      '4 verify',
      '5 switch',
      '6 restart',
      '7 health',
      '8 confirm',
      '9 prune',
    ]);
  });

  it('names the secrets of a release that is made, and the generation that one brings which is there', () => {
    const env = {
      generation: 3,
      since: 'then',
      by: 'ann@desk',
      names: [{ name: 'TOKEN', since: 'then', by: 'ann@desk' }],
    };
    const made = { ...change().release, env: 3 };
    const told = (more: Parameters<typeof change>[0]) =>
      plan(more).jobs.flatMap(({ changes }) => changes.flatMap((each) => (each.kind === 'notice' ? [each.text] : [])));
    expect(told({ survey: survey({ env }), release: made })).toEqual(['env: generation 3: TOKEN']);
    const releases = [release('r41-0b77ad20'), release(made.id, 'proven', { env: 3 })];
    expect(told({ survey: survey({ env, releases }), release: made })).toEqual(['env: none → generation 3']);
  });

  it("tells of the vendors' tree that a release shares, or why it does not", () => {
    const settings = { ...change().settings, sharesVendors: true };
    const told = (whyWhole: string | null) =>
      plan({ settings, whyWhole }).jobs.flatMap(({ changes }) =>
        changes.flatMap((each) => (each.kind === 'notice' ? [each.text] : [])),
      );
    expect(told(null)).toEqual([expect.stringMatching(/^venv.vendors = shared: of \d+ of them the libraries are in/)]);
    expect(told('both have ns')).toEqual([expect.stringMatching(/does not hold here: both have ns; the release/)]);
  });

  it('sets secrets by a request that has names alone, and runs no job of the application', () => {
    const secrets = {
      generation: 4,
      base: 3,
      source: 'r41-0b77ad20',
      set: ['KEY'],
      unset: ['OLD'],
      names: ['KEY', 'TOKEN'],
    };
    const { jobs } = planChange(change({ kind: 'env', by: 'bob@desk', secrets }), envSequence(true), ops);
    expect(jobs.map(({ name, op }) => `${name} ${op}`)).toEqual([
      'env env',
      'install renew',
      'verify verify',
      'switch switch',
      'restart restart',
      'health health',
      'confirm confirm',
      'prune prune',
    ]);
    expect(jobs[0]?.request).toEqual({
      ...{ generation: 4, base: 3, set: ['KEY'], unset: ['OLD'], by: 'bob@desk' },
      release: change().release.id,
    });
    expect(envSequence(false).map(({ name }) => name)).toEqual(['env']);
  });

  it('lets preflight compare what compiled code needs: the highest glibc, and each library with who needs it', () => {
    const wheels = [
      wheel('lxml', { needs: { glibc: '2.9', libraries: ['libz.so.1'] } }),
      wheel('numpy', { needs: { glibc: '2.27', libraries: ['libstdc++.so.6', 'libz.so.1'] } }),
      wheel('six'),
    ];
    const [lxml, numpy] = wheels.map(({ file }) => file);
    expect(plan({ wheels }).jobs[0]?.request).toMatchObject({
      needs: {
        glibc: { version: [2, 27], wheel: numpy },
        libraries: [
          { name: 'libstdc++.so.6', wheels: [numpy] },
          { name: 'libz.so.1', wheels: [lxml, numpy] },
        ],
      },
    });
    expect(plan().jobs[0]?.request).toMatchObject({ needs: { glibc: null, libraries: [] } });
  });

  it('sends only the wheels that the store lacks', () => {
    const stored = survey({ store: [wheel('django').sha256] });
    const [effect] = plan({ survey: stored }).jobs[1]?.changes ?? [];
    expect(effect).toEqual({ kind: 'sends', bytes: 38_000, wheels: ['shop-1.0-py3-none-any.whl'] });
  });

  it('needs room for new wheels only, and copies of the application for each release', () => {
    const [all] = plan().jobs;
    const [less] = plan({ survey: survey({ store: [wheel('django').sha256] }) }).jobs;
    expect(all?.request).toMatchObject({ bytes: bytesOf(less) + 38_000 + 200_000 + 24 * 4096 });
  });

  it('tells at install where two wheels bring one path, and which is taken', () => {
    const wheels = ['a.whl', 'b.whl'] as const;
    const [first] =
      plan({ collisions: [{ place: 'bin/run', wheels, why: 'allowed' }] }).jobs[2]?.changes.slice(1) ?? [];
    const text = "bin/run is in a.whl and b.whl, as allow.collisions permits: the latter's is taken";
    expect(first).toEqual({ kind: 'notice', text });
    expect(
      describePlan(plan({ collisions: [{ place: 'bin/run', wheels, why: 'allowed' }] }), { byHand: false }),
    ).toContain(`${' '.repeat(16)}${text}`);
  });

  it('tells the switch as a link with both ends, and how to put it back', () => {
    const job = plan().jobs[4];
    expect(job?.changes[0]).toEqual({ kind: 'link', path: 'current', before: 'r41-0b77ad20', after: 'r42-c21e88b0' });
    expect(job?.byHand.at(-1)).toBe('ln -s releases/r42-c21e88b0 .current && mv -T .current current');
    expect(job?.putBack.at(-1)).toBe('ln -s releases/r41-0b77ad20 .current && mv -T .current current');
  });

  it('puts a first deploy back by removing what was made', () => {
    const job = plan({ from: null, survey: survey({ current: null, serving: null, releases: [] }) }).jobs[4];
    expect(job?.putBack).toEqual(['rm /srv/shop/current /srv/shop/serving.json']);
  });

  it('prunes what is neither kept, nor the last failed, nor live', () => {
    const releases = [
      release('r1-aaaaaaaa', 'failed'),
      release('r2-aaaaaaaa'),
      release('r3-aaaaaaaa', 'proven', { live: true }),
      release('r4-aaaaaaaa', 'failed'),
      release('r5-aaaaaaaa'),
      release('r41-0b77ad20'),
    ];
    const job = plan({ survey: survey({ releases }) }).jobs[8];
    expect(job?.changes.map((effect) => (effect.kind === 'file' ? effect.path : ''))).toEqual([
      'releases/r1-aaaaaaaa/',
      'releases/r2-aaaaaaaa/',
    ]);
  });

  it('leaves delivery out of a rollback', () => {
    const jobs = planChange(change({ kind: 'rollback', wheels: [] }), rollbackSequence, ops).jobs;
    expect(jobs.map(({ name }) => name)).toEqual(['verify', 'switch', 'restart', 'health', 'confirm']);
  });
});

const DRAINING = { name: 'web:web_0', state: 'STOPPING', pid: 5, release: 'r41-0b77ad20', usage: null };

describe('processes of a plan', () => {
  it('tells what drains, what runs on this node only, and what is left out', () => {
    const { settings, release } = change();
    const [web] = release.processes;
    if (web === undefined) throw new Error('no process');
    const alone = { ...web, count: 1, listen: null };
    const processes = [
      { ...alone, name: 'worker', drain: true },
      { ...alone, name: 'beat', singleton: true },
    ];
    const elsewhere = [{ process: 'clock', node: 'web2' }];
    const planned = planChange(
      change({ settings: { ...settings, elsewhere }, release: { ...release, processes } }),
      defaultSequence,
      ops,
    );
    const lines = describePlan(planned, { byHand: false });
    expect(
      lines.slice(
        lines.findIndex((line) => line.includes('restart')),
        -3,
      ),
    ).toEqual([
      ' 6 restart      starts worker the new one first; the old one finishes what it does, and nobody waits for it',
      '                starts beat on this node only',
      '                clock is left out here: it runs on web2 only',
      expect.stringContaining('health'),
    ]);
  });

  it('asks the agent for those of the release that a rollback goes to', () => {
    const jobs = planChange(change({ kind: 'rollback', wheels: [] }), rollbackSequence, ops).jobs;
    expect(jobs.find(({ name }) => name === 'restart')?.request).toMatchObject({ processes: null });
  });
});

describe('servesAlready', () => {
  const current = { releases: [release('r42-c21e88b0')], current: 'r42-c21e88b0' } as const;
  const serving = { from: null, to: 'r42-c21e88b0', confirmed: true, sameBoot: true };
  const running = [{ name: 'web:web_0', state: 'RUNNING', pid: 7, release: 'r42-c21e88b0', usage: null }];

  it('does not mind what drains', () => {
    const processes = [...running, DRAINING];
    expect(servesAlready(change({ survey: survey({ ...current, serving, processes }) }))).toBe(true);
  });

  it('is true for the current, proven release whose processes run it', () => {
    expect(servesAlready(change({ survey: survey({ ...current, serving, processes: running }) }))).toBe(true);
  });

  it.each([
    [
      'a process runs another release',
      { processes: [{ name: 'web:web_0', state: 'RUNNING', pid: 7, release: 'r41-0b77ad20', usage: null }] },
    ],
    ['nothing runs', { processes: [] }],
    ['only what drains runs', { processes: [{ ...DRAINING, release: 'r42-c21e88b0' }] }],
    ['it is not confirmed', { serving: { ...serving, confirmed: false } }],
    ['it is not proven', { releases: [release('r42-c21e88b0', 'unproven')] }],
    ['another one is current', { current: 'r41-0b77ad20' }],
  ])('is false when %s', (_why, more) => {
    expect(servesAlready(change({ survey: survey({ ...current, serving, processes: running, ...more }) }))).toBe(false);
  });
});

describe('describePlan', () => {
  it('reads as a table of what would change', () => {
    const lines = describePlan(plan(), { byHand: false });
    expect(lines[0]).toBe('shop 2.1.0 · bundle 7f3a9c1d · web1 serves r41-0b77ad20 (1.41) → r42-c21e88b0');
    expect(lines).toContain(
      ' 2 deliver      sends 2 wheels, at most 76 kB: django-1.0-py3-none-any.whl, shop-1.0-py3-none-any.whl',
    );
    expect(lines).toContain(' 5 switch       current: r41-0b77ad20 → r42-c21e88b0');
    expect(lines).toContain(' 6 restart      restarts web ×2, one after the other');
  });

  it('tells every job by hand, with the node it is typed on', () => {
    const lines = describePlan(plan(), { byHand: true });
    expect(lines).toContain(' 7 health       on web1');
    expect(lines).toContain('     curl -fsS -m 5 http://127.0.0.1:8000/healthz');
  });

  it('has the JSON that others rely on', () => {
    const json = JSON.parse(JSON.stringify(planJson(plan())));
    expect(Object.keys(json)).toEqual(['node', 'bundle', 'release', 'from', 'jobs']);
    expect(json.jobs[4]).toMatchObject({ index: 5, name: 'switch', where: 'remote', phase: 'switch', sudo: false });
    expect(json.jobs[4].changes[0].text).toBe('current: r41-0b77ad20 → r42-c21e88b0');
  });
});

describe('bytesText', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [38_000, '38 kB'],
    [1_234_567, '1.2 MB'],
    [12_000_000_000, '12 GB'],
  ])('%i is %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
