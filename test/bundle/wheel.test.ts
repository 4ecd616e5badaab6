import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collisionText } from '../../src/bundle/collision-text.ts';
import { sha256File } from '../../src/bundle/digest.ts';
import type { PlacedWheel } from '../../src/bundle/wheel/collisions.ts';
import { refuseCollisions } from '../../src/bundle/wheel/collisions.ts';
import { placeOf } from '../../src/bundle/wheel/places.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';
import { formatRecord, parseRecord } from '../../src/bundle/wheel/record.ts';
import { repackWheel } from '../../src/bundle/wheel/repack.ts';
import { askPython } from './support/python.ts';
import type { WheelEntrySpec } from './support/wheel.ts';
import { soundWheel, writeZip } from './support/wheel.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-wheel-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const demo = 'demo-1.0-py3-none-any.whl';
const info = 'demo-1.0.dist-info';

async function read(entries: readonly WheelEntrySpec[]): ReturnType<typeof readWheel> {
  const path = join(folder, 'under-test.whl');
  await writeZip(path, entries);
  return readWheel(path, demo);
}

test('a sound wheel is read whole', async () => {
  const wheel = await read(
    soundWheel([
      { name: 'demo/__init__.py', text: 'x = 1\n' },
      { name: 'demo/run.sh', text: '#!', mode: 0o100755 },
    ]),
  );
  expect(wheel).toMatchObject({ name: 'demo', version: '1.0', requiresPython: null, distInfo: info });
  expect(wheel.files.map(({ path, size, executable }) => [path, size, executable])).toEqual([
    [`${info}/METADATA`, 59, false],
    [`${info}/RECORD`, expect.any(Number), false],
    [`${info}/WHEEL`, 59, false],
    ['demo/__init__.py', 6, false],
    ['demo/run.sh', 2, true],
  ]);
});

// What must be refused stands in the corpus that the agent's tests share: wheel-hostile.test.ts.
test('a file that is no wheel, or not there', async () => {
  const path = join(folder, 'broken.whl');
  await writeFile(path, 'not a zip');
  await expect(readWheel(path, demo)).rejects.toMatchObject({ code: 'archive.unreadable' });
  await expect(readWheel(join(folder, 'absent.whl'), demo)).rejects.toMatchObject({ code: 'archive.unreadable' });
});

describe('repacking', () => {
  test('equal contents give equal bytes, whatever order, modes and compression they came in', async () => {
    const files = [
      { name: 'demo/b.py', text: 'b' },
      { name: 'demo/a.sh', text: 'a', mode: 0o100775 },
    ];
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await writeZip(one, soundWheel(files));
    await writeZip(
      two,
      soundWheel(
        files.toReversed().map((each) => ({ ...each, mode: each.name.endsWith('sh') ? 0o100700 : 0o100600 })),
      ).toReversed(),
    );
    await repackWheel(one, demo, `${one}.out`);
    await repackWheel(two, demo, `${two}.out`);
    expect(await sha256File(`${one}.out`)).toBe(await sha256File(`${two}.out`));
    expect((await readWheel(`${one}.out`, demo)).files.filter(({ executable }) => executable)).toMatchObject([
      { path: 'demo/a.sh' },
    ]);
    const names = await askPython(
      'python3',
      'import json, sys, zipfile\nprint(json.dumps([(i.filename, i.compress_type, i.date_time) for i in zipfile.ZipFile(json.load(sys.stdin)).infolist()]))',
      `${one}.out`,
    );
    expect(names).toEqual(
      ['demo/a.sh', 'demo/b.py', `${info}/METADATA`, `${info}/WHEEL`, `${info}/RECORD`].map((name) => [
        name,
        0,
        [1980, 1, 1, 0, 0, 0],
      ]),
    );
  });

  test('RECORD is written as it is read, odd names included', () => {
    const files = ['a.py', 'odd, name.py', 'a "quoted" one.py', 'line\nbreak'].map((path) => ({
      path,
      sha256: 'ab'.repeat(32),
      size: 3,
    }));
    const rows = parseRecord(formatRecord(files, 'x.dist-info/RECORD')) ?? [];
    expect(rows.map(({ path }) => path).toSorted()).toEqual(
      [...files.map(({ path }) => path), 'x.dist-info/RECORD'].toSorted(),
    );
    expect(rows.filter(({ digest }) => digest === '')).toMatchObject([{ path: 'x.dist-info/RECORD', size: null }]);
  });

  test('RECORD is read as Python reads it', async () => {
    const text = 'a.py,sha256=abc,1\r\n"b,""c"".py",sha512=d,\n\nlast/RECORD,,\n';
    const said = await askPython(
      'python3',
      'import csv, io, json, sys\nprint(json.dumps([row for row in csv.reader(io.StringIO(json.load(sys.stdin), newline="")) if row]))',
      text,
    );
    const rows = parseRecord(text)?.map(({ path, algorithm, digest, size }) => [
      path,
      algorithm === '' ? '' : `${algorithm}=${digest}`,
      size === null ? '' : String(size),
    ]);
    expect(rows).toEqual(said);
  });
});

describe('wheels at one place', () => {
  const init = (text: string): WheelEntrySpec => ({ name: 'shared/__init__.py', text });
  async function wheels(...texts: string[]): Promise<PlacedWheel[]> {
    const found: PlacedWheel[] = [];
    for (const [at, text] of texts.entries()) {
      const whole = await read(soundWheel([init(text)]));
      const places = new Map([...whole.places].filter(([place]) => !place.includes('dist-info')));
      found.push({ file: `demo${at}.whl`, read: { ...whole, name: `demo${at}`, places } });
    }
    return found;
  }
  const pkgutil = 'from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n';
  const setuptools = "__import__('pkg_resources').declare_namespace(__name__)\n";

  test('different contents are refused, both named', async () => {
    const clash = await wheels('one', 'two');
    expect(() => refuseCollisions(clash)).toThrow(
      expect.objectContaining({
        code: 'wheel.collision',
        evidence: ['site-packages/shared/__init__.py: demo0.whl and demo1.whl, with different content'],
      }),
    );
  });

  test('equal contents, and old-style namespaces, are not: the latter are told', async () => {
    expect(refuseCollisions(await wheels('same', 'same'))).toEqual([]);
    const met = refuseCollisions(await wheels(setuptools, pkgutil));
    expect(met).toMatchObject([{ why: 'namespace' }]);
    expect(met.map(collisionText)).toEqual([
      "site-packages/shared/__init__.py is a namespace of demo0.whl and demo1.whl: the latter's is taken",
    ]);
    const mixed = await wheels('code = 1\n', setuptools);
    expect(() => refuseCollisions(mixed)).toThrow(expect.objectContaining({ code: 'wheel.collision' }));
  });

  test('what conc.ini allows by name is told too, and nothing else is allowed', async () => {
    const clash = await wheels('one', 'two');
    for (const allowed of ['site-packages/shared/__init__.py', 'site-packages/shared/', 'site-packages/'])
      expect(refuseCollisions(clash, [allowed]).map(collisionText)).toEqual([
        "site-packages/shared/__init__.py is in demo0.whl and demo1.whl, as allow.collisions permits: the latter's is taken",
      ]);
    for (const other of ['site-packages/shared', 'site-packages/sha', 'shared/__init__.py'])
      expect(() => refuseCollisions(clash, [other])).toThrow(expect.objectContaining({ code: 'wheel.collision' }));
  });

  test('what is in .data is compared where it will be', () => {
    const paths = ['demo/x.py', 'demo-1.0.data/purelib/demo/x.py', 'demo-1.0.data/scripts/run', 'd.data/data/share/x'];
    expect(paths.map((path) => placeOf(path, 'Demo'))).toEqual([
      ...['site-packages/demo/x.py', 'site-packages/demo/x.py', 'bin/run', 'share/x'],
    ]);
    expect(placeOf('demo-1.0.data/headers/x.h', 'Demo')).toBe('include/Demo/x.h');
    expect(placeOf('demo-1.0.data/data/lib64/python3.12/site-packages/x.py', 'Demo')).toBe('site-packages/x.py');
    expect(placeOf('demo-1.0.data/else/x', 'Demo')).toBeNull();
  });
});
