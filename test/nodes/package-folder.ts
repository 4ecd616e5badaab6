import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';
import type { TestNode } from './node.ts';

export interface SmallPackage {
  readonly name: string;
  /** Lines that are run once it is unpacked. */
  readonly postinst?: string;
}

/** Gives a node, which has no way out, a package source of its own in a folder, and no other. Each package is a small file. */
export async function givePackages(node: TestNode, packages: readonly SmallPackage[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-package-'));
  try {
    const entries: string[] = [];
    for (const one of packages) {
      const { file, bytes, entry } = await build(folder, one);
      await place(node, `/srv/packages/${file}`, bytes);
      entries.push(entry);
    }
    await place(node, '/srv/packages/Packages', Buffer.from(entries.join('\n')));
    await node.exec(['sh', '-c', 'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*']);
    await place(node, '/etc/apt/sources.list', Buffer.from('deb [trusted=yes] file:/srv/packages ./\n'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function build(folder: string, { name, postinst }: SmallPackage) {
  const lines = [`Package: ${name}`, 'Version: 1.0', 'Architecture: all', 'Maintainer: tests <tests@example.org>'];
  const control = [...lines, 'Description: a file for tests'];
  const tree = join(folder, name);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  await mkdir(join(tree, 'usr/share', name), { recursive: true });
  await writeFile(join(tree, 'DEBIAN/control'), `${control.join('\n')}\n`);
  await writeFile(join(tree, 'usr/share', name, 'data'), 'data\n');
  if (postinst !== undefined) {
    await writeFile(join(tree, 'DEBIAN/postinst'), `#!/bin/sh\n${postinst}\n`);
    await chmod(join(tree, 'DEBIAN/postinst'), 0o755);
  }
  const file = `${name}_1.0_all.deb`;
  await command(['dpkg-deb', '--root-owner-group', '--build', tree, join(folder, file)]);
  const bytes = await readFile(join(folder, file));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entry = [...control, `Filename: ./${file}`, `Size: ${bytes.length}`, `SHA256: ${sha256}`, ''].join('\n');
  return { file, bytes, entry };
}

const place = (node: TestNode, path: string, bytes: Buffer): Promise<unknown> =>
  node.exec(['sh', '-c', 'mkdir -p "${1%/*}" && base64 -d >"$1"', 'place', path], { input: bytes.toString('base64') });
