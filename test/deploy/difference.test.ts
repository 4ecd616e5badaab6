import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBundle } from '../../src/bundle/open.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec, WheelEntry } from '../../src/bundle/types.ts';
import { differenceFrom } from '../../src/deploy/difference.ts';
import { bundleOf, packWheel } from '../bundle/support/bundle.ts';
import { factsOf } from '../bundle/support/python.ts';
import { soundWheel, type WheelEntrySpec, writeZip } from '../bundle/support/wheel.ts';

const PYTHON = '/usr/bin/python3';
let folder: string;
let target: TargetSpec;
let turn = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-difference-'));
  target = targetOf(await factsOf(PYTHON), 'here');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Files = Readonly<Record<string, string | Buffer>>;
type Maker = (folder: string) => Promise<string>;

const packed =
  (files: Files, version = '1.0'): Maker =>
  (where) =>
    packWheel(where, { name: 'shop', version }, files);

/** As others pack wheels: deflated, RECORD in an order of its own. */
const zipped =
  (entries: readonly WheelEntrySpec[]): Maker =>
  async (where) => {
    const path = join(where, 'demo-1.0-py3-none-any.whl');
    await mkdir(where, { recursive: true });
    await writeZip(path, entries);
    return path;
  };

/** What the node has of one wheel, and what it makes of the difference to another. */
async function between(before: Maker, after: Maker) {
  turn += 1;
  const root = join(folder, `node${turn}`);
  const former = await opened(`before${turn}`, before);
  await onNode('former', { root, ...former.told });
  const next = await opened(`after${turn}`, after);
  const fresh = await onNode('former', { root: `${root}-whole`, ...next.told });
  const signature = await onNode('signature', { root, ...next.told });
  await using bundle = next.bundle;
  const difference = await differenceFrom(bundle, next.told.wheel, String(signature));
  const made =
    difference && (await onNode('remake', { root, ...next.told, difference: difference.toString('base64') }));
  return { wheel: next.told.wheel, difference, made, fresh };
}

async function opened(name: string, make: Maker) {
  const path = await make(join(folder, name));
  const file = join(folder, `${name}.bundle`);
  const targets = [target];
  await bundleOf(file, { targets, wheels: [{ path, targets, role: 'application', origin: 'project' }] });
  const bundle = await openBundle(file);
  const [wheel] = bundle.manifest.wheels;
  if (wheel === undefined) throw new Error('it has no wheel');
  const contents = await bundle.contents(wheel);
  return {
    bundle: Object.assign(bundle, { [Symbol.asyncDispose]: () => bundle.close() }),
    told: { wheel, path, contents },
  };
}

async function onNode(what: string, request: { readonly wheel: WheelEntry } & Readonly<Record<string, unknown>>) {
  const env = { ...process.env, PYTHONPATH: resolve('agent'), PYTHONDONTWRITEBYTECODE: '1' };
  const running = promisify(execFile)(PYTHON, [join(import.meta.dirname, 'remake.py'), what], { env });
  running.child.stdin?.end(JSON.stringify(request));
  const answer: unknown = JSON.parse((await running).stdout);
  return answer;
}

const lines = (count: number, mark = ''): string =>
  Array.from({ length: count }, (_, line) => `line_${line} = ${line * 7919}${line === 3 ? mark : ''}\n`).join('');
const SHOP: Files = {
  'shop/__init__.py': '',
  'shop/one.py': lines(200),
  'shop/two.py': lines(300),
  'shop/größe.txt': 'größe',
  'shop/ﬀ.txt': 'one',
  'shop/😀.txt': 'two',
};

describe('what differs', () => {
  it.each([
    ['a changed line', { ...SHOP, 'shop/one.py': lines(200, '  # changed') }, '1.0', 7],
    ['another version', SHOP, '1.0.1', 7],
    ['a new file, and one that is gone', { 'shop/one.py': lines(200), 'shop/three.py': 'x = 3\n' }, '1.0', 3],
    ['another name', { ...SHOP, 'shop/one.py': '', 'shop/uno.py': lines(200) }, '1.0', 7],
    ['a file that is a folder now', { ...without('shop/two.py'), 'shop/two.py/deep.py': 'x = 1\n' }, '1.0', 7],
    ['a comma in a name', { ...SHOP, 'shop/a, b.txt': 'quoted' }, '1.0', 8],
  ])('%s: a node makes the same of it as of the whole wheel', async (_, files, version, kept) => {
    const { difference, made, fresh, wheel } = await between(packed(SHOP), packed(files, version));
    expect(made).toEqual({ ...(fresh as object), kept, of: wheel.count });
    expect(difference?.length).toBeLessThan(wheel.size / 2);
    // RECORD is made again, not sent.
    expect(header(difference)).toMatchObject({ record: true });
  });

  it('wheels of others: modes, schemes, names that are not UTF-8, and any form of RECORD', async () => {
    const big = { name: 'demo/big.py', text: lines(2000) };
    const files = [
      { name: 'demo/__init__.py', text: 'x = 1\n', mode: 0o100755 },
      { name: 'demo-1.0.data/scripts/demo', text: '#!python\nprint(1)\n', mode: 0o100755 },
      { name: 'demo-1.0.data/data/share/demo.txt', text: 'shared' },
      { name: 'demo/größe.txt', text: 'größe' },
      big,
    ];
    const changed = files.map((each) => (each.name === 'demo/__init__.py' ? { ...each, text: 'x = 2\n' } : each));
    const { made, fresh, difference } = await between(
      zipped(soundWheel(files)),
      zipped(recordAs(soundWheel(changed), (rows) => rows.toReversed().join('\r\n'))),
    );
    expect(made).toEqual({ ...(fresh as object), kept: 6, of: 8 });
    expect(header(difference)).toMatchObject({ record: expect.stringContaining('demo/big.py,\0\r\n') });
    expect(header(difference).files).toEqual([['demo/__init__.py', 6, 1]]);
  });

  it('a mode is part of a file', async () => {
    const big = { name: 'demo/big.py', text: lines(2000) };
    const plain = [big, { name: 'demo/run.sh', text: 'echo\n' }];
    const executable = [big, { name: 'demo/run.sh', text: 'echo\n', mode: 0o100755 }];
    const { made, fresh } = await between(zipped(soundWheel(plain)), zipped(soundWheel(executable)));
    expect(made).toEqual({ ...(fresh as object), kept: 3, of: 5 });
  });
});

describe('what is better sent whole', () => {
  it('a wheel that has nothing in common, or too little', async () => {
    const random = (length: number): Buffer =>
      Buffer.from(Array.from({ length }, () => Math.floor(Math.random() * 256)));
    const before = packed({ 'shop/noise.bin': random(100_000), 'shop/__init__.py': '' });
    expect((await between(before, packed({ 'shop/noise.bin': random(100_000), 'shop/__init__.py': '' }))).made).toBe(
      null,
    );
  });
});

it('nodes with the same get the same, made once', async () => {
  const { bundle, told } = await opened('twice', packed(SHOP));
  await onNode('former', { root: join(folder, 'twice-node'), ...told });
  const signature = String(await onNode('signature', { root: join(folder, 'twice-node'), ...told }));
  const [one, other] = await Promise.all([1, 2].map(() => differenceFrom(bundle, told.wheel, signature)));
  expect(one).toBe(other);
  expect(one?.length).toBeLessThan(200);
  await bundle.close();
});

function header(difference: Buffer | null): Readonly<Record<string, unknown>> {
  const data = inflateSync(difference ?? Buffer.alloc(0));
  const told: Readonly<Record<string, unknown>> = JSON.parse(data.toString('utf8', 4, 4 + data.readUInt32BE(0)));
  return told;
}

const without = (path: string): Files => Object.fromEntries(Object.entries(SHOP).filter(([each]) => each !== path));

const recordAs = (entries: readonly WheelEntrySpec[], write: (rows: readonly string[]) => string): WheelEntrySpec[] =>
  entries.map((each) => (each.name.endsWith('/RECORD') ? { ...each, text: write(each.text.split('\n')) } : each));
