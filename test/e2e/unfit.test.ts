import { mkdirSync } from 'node:fs';
import { chmod, chown, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../nodes/command.ts';
import { ensurePackages } from '../nodes/packages.ts';
import { jsonLinesOf } from '../support/conc.ts';
import { makeProject, type Project } from './project.ts';

/** Nodes whose disk does not do: each is refused by name, in words, before anything is changed (exit 3). */
const disks = {
  full: 'size=20m',
  inodes: 'size=1g,nr_inodes=600',
  noexec: 'size=1g,noexec',
  readonly: 'size=1g,ro',
} as const;

/** Real ones that a tmpfs is not: btrfs without room for metadata, though there is room for data; a folder of elsewhere. */
const others = ['btrfs', 'sshfs'] as const;
const NOBODY = 65534;

let shop: Project;
const rootOf = (name: string): string => join(shop.folder, '.conc/disks', name);

beforeAll(async () => {
  await ensurePackages();
  shop = await makeProject();
  for (const [name, options] of Object.entries(disks)) {
    mkdirSync(rootOf(name), { recursive: true });
    await command(['mount', '-t', 'tmpfs', '-o', options, 'conc-test', rootOf(name)]);
  }
  await mountBtrfs();
  await mountSshfs();
  await makeFolders();
  await shop.configure((ini) =>
    [
      ini.replace(/\[group web\][\s\S]*/, ''),
      ...[...Object.keys(disks), ...others].map(
        (name) => `[node ${name}]\ngateway = popen\nroot = ./.conc/disks/${name}/shop\n`,
      ),
      '[node foreign]\ngateway = popen\nroot = /proc/shop\n',
      '[node owned]\ngateway = popen\nroot = ./.conc/disks/owned\n',
      '[node rights]\ngateway = popen\nroot = ./.conc/disks/rights/shop\n',
    ]
      .join('\n')
      .replace('python = python3', 'python = /usr/bin/python3'),
  );
  await shop.must('lock');
  await shop.must('build');
  const nobody = join(shop.folder, '.conc/python3');
  await writeFile(
    nobody,
    `#!/bin/sh\nexec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups /usr/bin/python3 "$@"\n`,
  );
  await chmod(nobody, 0o755);
  await chmod(shop.folder, 0o755);
  await shop.configure((ini) => ini.replace('[node rights]', `[node rights]\npython = ${nobody}`));
});
afterAll(async () => {
  for (const name of [...Object.keys(disks), ...others]) await command(['umount', rootOf(name)]);
  await shop[Symbol.asyncDispose]();
});

/** Its data lies in every block group, and half of it is free: metadata can take no other. */
async function mountBtrfs(): Promise<void> {
  const image = join(shop.folder, '.conc/btrfs.img');
  mkdirSync(rootOf('btrfs'), { recursive: true });
  await writeFile(image, '');
  await truncate(image, 130 << 20);
  await command(['mkfs.btrfs', '-q', '-m', 'single', image]);
  await command(['mount', '-o', 'loop', image, rootOf('btrfs')]);
  const megabyte = Buffer.alloc(1_000_000);
  let count = 0;
  for (; ; count += 1) {
    const written = await writeFile(join(rootOf('btrfs'), `${count}`), megabyte, { flush: true }).catch(() => 'full');
    if (written === 'full') break;
  }
  for (let at = 0; at <= count; at += 2) await rm(join(rootOf('btrfs'), `${at}`));
  await command(['sync', '-f', rootOf('btrfs')]);
}

/** sshfs, with the server of sftp(1) in place of a connection to it. */
async function mountSshfs(): Promise<void> {
  const far = join(shop.folder, '.conc/far');
  mkdirSync(far);
  mkdirSync(rootOf('sshfs'), { recursive: true });
  const server = join(shop.folder, '.conc/sftp');
  await writeFile(server, '#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n');
  await chmod(server, 0o755);
  await command(['sshfs', '-o', `ssh_command=${server}`, `far:${far}`, rootOf('sshfs')]);
}

async function makeFolders(): Promise<void> {
  mkdirSync(rootOf('owned'));
  await chown(rootOf('owned'), NOBODY, NOBODY);
  mkdirSync(rootOf('rights'));
}

describe('a disk that does not do', () => {
  it.each([
    ['full', /needs [\d.]+ MB.*has [\d.]+ MB|bytes/],
    ['inodes', /inodes/],
    ['noexec', /noexec/],
    ['readonly', /read-only/],
    ['btrfs', /needs [\d.]+ MB of btrfs metadata \(margin included\), has [\d.]+ MB/],
    ['sshfs', /is a network file system \(fuse\.sshfs\): locks don't hold there/],
    ['rights', /\.conc\/disks\/rights can't be written to by user id 65534/],
  ] as const)('%s: BLOCKED, nothing is left behind', async (name, words) => {
    const run = await shop.conc(['deploy', name]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(words);
    const left = await readdir(join(rootOf(name), 'shop')).catch(() => []);
    expect(left.filter((entry) => entry === 'change' || entry === 'releases' || entry === 'current')).toEqual([]);
    const status = JSON.parse((await shop.must('status', name, '--json')).stdout);
    expect(status.nodes[0]).toMatchObject({ release: null, change: null });
  });

  it('of someone else: BLOCKED, and whose it is', async () => {
    const run = await shop.conc(['deploy', 'owned']);
    expect([run.code, run.stderr]).toEqual([
      3,
      expect.stringContaining('disks/owned belongs to user id 65534, and this is user id 0'),
    ]);
    expect(await readdir(rootOf('owned'))).toEqual(['history.jsonl']);
  });

  it('is found by conc check, by name', async () => {
    for (const [node, why] of [
      ['noexec', 'noexec'],
      ['readonly', 'read-only'],
      ['sshfs', 'network file system'],
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
