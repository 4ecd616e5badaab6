import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../nodes/command.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';

/** Nodes whose disk does not do: each is refused by name, in words, before anything is changed (exit 3). */
const disks = {
  full: 'size=20m',
  inodes: 'size=1g,nr_inodes=600',
  noexec: 'size=1g,noexec',
  readonly: 'size=1g,ro',
} as const;

let shop: Project;
const rootOf = (name: string): string => join(shop.folder, '.conc/disks', name);

beforeAll(async () => {
  shop = await makeProject();
  for (const [name, options] of Object.entries(disks)) {
    mkdirSync(rootOf(name), { recursive: true });
    await command(['mount', '-t', 'tmpfs', '-o', options, 'conc-test', rootOf(name)]);
  }
  await shop.configure((ini) =>
    [
      ini.replace(/\[group web\][\s\S]*/, ''),
      ...Object.keys(disks).map((name) => `[node ${name}]\ngateway = popen\nroot = ./.conc/disks/${name}/shop\n`),
      '[node foreign]\ngateway = popen\nroot = /proc/shop\n',
    ].join('\n'),
  );
  await shop.must('lock');
  await shop.must('build');
});
afterAll(async () => {
  for (const name of Object.keys(disks)) await command(['umount', rootOf(name)]);
  await shop[Symbol.asyncDispose]();
});

describe('a disk that does not do', () => {
  it.each([
    ['full', /needs [\d.]+ MB.*has [\d.]+ MB|bytes/],
    ['inodes', /inodes/],
    ['noexec', /noexec/],
    ['readonly', /read-only/],
  ] as const)('%s: BLOCKED, nothing is left behind', async (name, words) => {
    const run = await shop.conc(['deploy', name]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(words);
    const left = await readdir(join(rootOf(name), 'shop')).catch(() => []);
    expect(left.filter((entry) => entry === 'change' || entry === 'releases' || entry === 'current')).toEqual([]);
    const status = JSON.parse((await shop.must('status', name, '--json')).stdout);
    expect(status.nodes[0]).toMatchObject({ release: null, change: null });
  });

  it('is found by conc check, by name', async () => {
    for (const [node, why] of [
      ['noexec', 'noexec'],
      ['readonly', 'read-only'],
    ] as const) {
      const run = await shop.conc(['check', node]);
      expect(run.code).toBe(1);
      expect(run.stdout).toMatch(new RegExp(`${node} is not fit[\\s\\S]*unfit: .*${why}`));
    }
  });

  it('is an error of the node alone: JSON tells it for a program', async () => {
    const lines = jsonLinesOf(await shop.conc(['deploy', 'foreign', '--json']));
    expect(lines.at(-1)).toMatchObject({ event: 'summary', exit: 3, nodes: [{ node: 'foreign', outcome: 'blocked' }] });
  });
});
