import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from './command.ts';
import type { TestNode } from './node.ts';

/** Gives a node, which has no way out, a package source of its own in a folder: one small package, and no other source. */
export async function givePackages(node: TestNode, name: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-package-'));
  try {
    const control = [`Package: ${name}`, 'Version: 1.0', 'Architecture: all', 'Maintainer: tests <tests@example.org>'];
    const lines = [...control, 'Description: a file for tests'];
    await mkdir(join(folder, 'tree/DEBIAN'), { recursive: true });
    await mkdir(join(folder, 'tree/usr/share', name), { recursive: true });
    await writeFile(join(folder, 'tree/DEBIAN/control'), `${lines.join('\n')}\n`);
    await writeFile(join(folder, 'tree/usr/share', name, 'data'), 'data\n');
    const file = `${name}_1.0_all.deb`;
    await command(['dpkg-deb', '--root-owner-group', '--build', join(folder, 'tree'), join(folder, file)]);
    const bytes = await readFile(join(folder, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const listed = [...lines, `Filename: ./${file}`, `Size: ${bytes.length}`, `SHA256: ${sha256}`];
    await place(node, `/srv/packages/${file}`, bytes);
    await place(node, '/srv/packages/Packages', Buffer.from(`${listed.join('\n')}\n`));
    await node.exec(['sh', '-c', 'rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*']);
    await place(node, '/etc/apt/sources.list', Buffer.from('deb [trusted=yes] file:/srv/packages ./\n'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const place = (node: TestNode, path: string, bytes: Buffer): Promise<unknown> =>
  node.exec(['sh', '-c', 'mkdir -p "${1%/*}" && base64 -d >"$1"', 'place', path], { input: bytes.toString('base64') });
