import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readSource } from '../../src/bundle/source.ts';
import { checkTree, type TreeNode } from '../../src/etc/check-tree.ts';
import { memberOf } from '../../src/etc/layers.ts';
import { type ReadTree, readTree } from '../../src/etc/read-tree.ts';
import { renderTree, treeDigest } from '../../src/etc/render.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A project of these files; `-> x` is a link. */
async function read(files: Readonly<Record<string, string | Buffer>>): Promise<ReadTree | null> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-etc-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, path);
    await mkdir(dirname(full), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) await symlink(content.slice(3), full);
    else await writeFile(full, content);
    if (path.endsWith('.sh')) await chmod(full, 0o755);
  }
  return readTree(await readSource(folder));
}

const node = (name: string, groups: readonly string[] = [], attributes: Record<string, string> = {}): TreeNode => ({
  ...{ name, groups, attributes, etcRoot: '/etc', root: '/srv/shop', ssh: undefined },
});

function render(tree: ReadTree | null, { name, groups, attributes }: TreeNode) {
  if (tree === null) throw new Error('there is no tree');
  const of = { name, groups, values: attributes };
  return renderTree(tree.tree, of, (file) => tree.members.get(memberOf(file)) ?? Buffer.alloc(0));
}

describe('readTree', () => {
  it('takes etc, etc.GROUP and etc@NODE, and nothing else', async () => {
    const found = await read({
      'etc/a': '1',
      'etc.web/a': '2',
      'etc@web1/b/c': '3',
      'etcetera/a': '',
      'src/etc/a': '',
    });
    expect(found?.tree.files.map(({ layer, path }) => `${layer} ${path}`)).toEqual([
      'etc.web a',
      'etc a',
      'etc@web1 b/c',
    ]);
    expect([...(found?.members.keys() ?? [])]).toEqual(['tree/etc.web/a', 'tree/etc/a', 'tree/etc@web1/b/c']);
    expect(await read({ 'src/a': '' })).toBe(null);
  });

  it('leaves out what editors leave, and says so', async () => {
    const found = await read({
      'etc/a': '',
      'etc/a~': '',
      'etc/x/.hidden/b': '',
      'etc/x/.gitkeep': '',
    });
    expect(found?.tree.files.map(({ path }) => path)).toEqual(['a']);
    expect(found?.ignored).toEqual(['etc/a~', 'etc/x/.hidden/b']);
  });

  it('keeps links that stay inside, and refuses others, all at once', async () => {
    const found = await read({ 'etc/s/on': '-> ../s/a', 'etc/s/a': '', 'etc/systemd/x.service': '-> /dev/null' });
    expect(found?.tree.files.filter(({ kind }) => kind === 'link')).toHaveLength(2);
    await expect(read({ 'etc/a': '-> ../../x', 'etc/b': '-> /etc/passwd', 'etc/c': '-> .' })).rejects.toMatchObject({
      exit: 2,
      problems: [
        { source: { file: 'etc/a' }, code: 'etc.link', message: 'leads to ../../x, out of the tree' },
        { source: { file: 'etc/b' }, message: 'leads to /etc/passwd, out of the tree' },
        { source: { file: 'etc/c' }, message: 'leads to ., out of the tree' },
      ],
    });
  });
});

describe('renderTree', () => {
  it('lays layers over each other, in the order of the groups, the node last', async () => {
    const tree = await read({
      'etc/a': '@{x}',
      'etc.web/a': 'web',
      'etc.old/a': 'old',
      'etc@web2/a': 'own',
      'etc/b': 'b',
    });
    const text = (of: TreeNode): (string | undefined)[] =>
      render(tree, of).files.map((file) => (file.kind === 'file' ? file.text : undefined));
    expect(text(node('web1', [], { x: '1' }))).toEqual(['1', 'b']);
    expect(text(node('web1', ['old', 'web']))).toEqual(['web', 'b']);
    expect(text(node('web1', ['web', 'old']))).toEqual(['old', 'b']);
    expect(text(node('web2', ['web']))).toEqual(['own', 'b']);
  });

  it('gives modes by the table, the executable bit, or 0600 where a secret stands', async () => {
    const tree = await read({
      'etc/a': '',
      'etc/b.sh': '',
      'etc/c': 'x @{sudo.password.command}',
      'etc/d': Buffer.from([0, 1]),
      'etc/.ownership': '0640 root adm a\n0600 - - d\n',
      'etc@web1/.ownership': '0444 - - a\n',
    });
    const { files } = render(tree, node('web1', [], { 'sudo.password.command': 's3cret' }));
    expect(files).toMatchObject([
      { path: 'a', mode: '0444', owner: 'root', group: 'adm' },
      { path: 'b.sh', mode: '0755', owner: null },
      { path: 'c', mode: '0600', secretLines: [1] },
      { path: 'd', mode: '0600', base64: 'AAE=' },
    ]);
    expect(render(tree, node('web2', [], { 'sudo.password.command': '' })).files[0]).toMatchObject({ mode: '0640' });
  });

  it('has a digest of its own for every difference, and none for keys that no file names', async () => {
    const tree = await read({ 'etc/a': '@{x}' });
    const digest = (attributes: Record<string, string>): string =>
      treeDigest({ root: '/etc', files: render(tree, node('web1', [], attributes)).files });
    expect(digest({ x: '1' })).toBe(digest({ x: '1', y: '2' }));
    expect(digest({ x: '1' })).not.toBe(digest({ x: '2' }));
  });
});

describe('checkTree', () => {
  it('names each key that some node lacks once, and layers that no node takes', async () => {
    const tree = await read({ 'etc/a': 'x\n@{port}', 'etc.web/b': '@{root}@{name}@{host}' });
    if (tree === null) throw new Error('there is no tree');
    const nodes = [node('web1', ['web'], { port: '1' }), node('web2'), { ...node('db'), etcRoot: null }];
    expect(() => checkTree(tree, nodes)).toThrow(/^etc\/a:2 {2}web2 has no key port/);
    expect(() => checkTree(tree, [node('web1', [], { port: '1' })])).toThrow(
      /^etc\.web\/ {2}no node takes this folder/,
    );
  });
});
