import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256File } from '../../src/bundle/digest.ts';
import { placeOf, refuseCollisions } from '../../src/bundle/wheel/collisions.ts';
import { readWheel } from '../../src/bundle/wheel/read-wheel.ts';
import { formatRecord, parseRecord } from '../../src/bundle/wheel/record.ts';
import { repackWheel } from '../../src/bundle/wheel/repack.ts';
import { askPython } from './support/python.ts';
import type { WheelEntrySpec } from './support/wheel.ts';
import { soundWheel, withText, writeZip } from './support/wheel.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'conc-wheel-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const demo = 'demo-1.0-py3-none-any.whl';
const info = 'demo-1.0.dist-info';

async function read(
  entries: readonly WheelEntrySpec[],
  patch: readonly (readonly [string, string])[] = [],
  file = demo,
): ReturnType<typeof readWheel> {
  const path = join(folder, 'under-test.whl');
  await writeZip(path, entries, patch);
  return readWheel(path, file);
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

describe('refused by name', () => {
  const plain = soundWheel();
  const put = (entry: WheelEntrySpec): WheelEntrySpec[] => soundWheel([entry]);
  const record = (change: (text: string) => string): WheelEntrySpec[] => withText(plain, `${info}/RECORD`, change);
  const cases: [string, string, RegExp, WheelEntrySpec[], (readonly [string, string])[]?][] = [
    ['a path that leaves its folder', 'archive.', /demo.*\.\./, put({ name: '../evil.py', text: '' })],
    ['an absolute path', 'archive.', /absolute/, put({ name: '/etc/evil', text: '' })],
    ['a drive letter', 'archive.', /absolute|demo/, put({ name: 'C:/evil', text: '' })],
    ['a backslash', 'archive.', /backslash|invalid characters/, put({ name: 'demo\\evil.py', text: '' })],
    ['a dot in the way', 'archive.hostile', /empty part/, put({ name: 'demo/./x.py', text: '' })],
    ['a control character', 'archive.hostile', /control character/, put({ name: 'demo/a\x1bb.py', text: '' })],
    [
      'a second name',
      'archive.hostile',
      /second name/,
      put({ name: 'demo/x.py', text: '', extra: '\x75\x70\x0e\x00\x01\x00\x00\x00\x00demo/y.py' }),
    ],
    [
      'a symbolic link',
      'archive.hostile',
      /symbolic link/,
      put({ name: 'demo/link', text: '/etc/passwd', mode: 0o120777 }),
    ],
    ['a device', 'archive.hostile', /device/, put({ name: 'demo/dev', text: '', mode: 0o020666 })],
    [
      'an entry that is there twice',
      'archive.hostile',
      /there twice/,
      [...plain, { name: 'demo/__init__.py', text: 'x = 2\n' }],
    ],
    [
      'a file that is a folder too',
      'archive.hostile',
      /both a file and a folder/,
      soundWheel([
        { name: 'demo', text: '' },
        { name: 'demo/x.py', text: '' },
      ]),
    ],
    [
      'another name in its own header',
      'archive.hostile',
      /another name/,
      plain,
      [['demo/__init__.py', 'demo/__evil__.py']],
    ],
    [
      'a file that RECORD lacks',
      'wheel.refused',
      /extra\.py is not in its RECORD/,
      [...plain, { name: 'extra.py', text: '' }],
    ],
    [
      'a file that only RECORD has',
      'wheel.refused',
      /names gone\.py, which is not in it/,
      record((text) => `gone.py,sha256=AAAA,1\n${text}`),
    ],
    [
      'another content than RECORD says',
      'wheel.refused',
      /another content/,
      withText(plain, 'demo/__init__.py', () => 'x = 2\n'),
    ],
    [
      'another size than RECORD says',
      'wheel.refused',
      /6 bytes long; its RECORD says 7/,
      record((text) => text.replace(',6\n', ',7\n')),
    ],
    ['a weak hash', 'wheel.refused', /md5, which is too weak/, record((text) => text.replace('sha256=', 'md5='))],
    ['no hash', 'wheel.refused', /no hash for demo/, record((text) => text.replace(/sha256=[^,]+/, ''))],
    [
      'a row that is there twice',
      'wheel.refused',
      /names a file twice/,
      record((text) => `${text.split('\n')[0]}\n${text}`),
    ],
    ['a malformed RECORD', 'wheel.refused', /RECORD is malformed/, record((text) => `${text}"half\n`)],
    ['no RECORD', 'wheel.refused', /has no .*RECORD/, plain.filter(({ name }) => !name.endsWith('RECORD'))],
    ['no dist-info', 'wheel.refused', /no \.dist-info/, plain.filter(({ name }) => !name.includes('dist-info'))],
    ['two dist-infos', 'wheel.refused', /several \.dist-info/, put({ name: 'other-1.dist-info/METADATA', text: '' })],
    [
      'another name inside',
      'wheel.refused',
      /calls itself evil/,
      withText(plain, `${info}/METADATA`, (text) => text.replace('Name: demo', 'Name: evil')),
    ],
    [
      'another version inside',
      'wheel.refused',
      /version 2\.0/,
      withText(plain, `${info}/METADATA`, (text) => text.replace('Version: 1.0', 'Version: 2.0')),
    ],
    [
      'an unknown wheel format',
      'wheel.refused',
      /wheel format 2\.0/,
      withText(plain, `${info}/WHEEL`, (text) => text.replace('1.0', '2.0')),
    ],
  ];
  test.each(cases)('%s', async (_name, code, words, entries, patch) => {
    await expect(read(entries, patch)).rejects.toMatchObject({
      code: expect.stringContaining(code),
      message: expect.stringMatching(words),
      exit: 2,
    });
  });

  test('a file name that says something else', async () => {
    await expect(read(soundWheel(), [], 'other-1.0-py3-none-any.whl')).rejects.toMatchObject({ code: 'wheel.refused' });
    await expect(read(soundWheel(), [], 'demo-2.0-py3-none-any.whl')).rejects.toMatchObject({ code: 'wheel.refused' });
  });

  test('an archive that is cut off, damaged, or none', async () => {
    const path = join(folder, 'broken.whl');
    await writeZip(path, soundWheel());
    await truncate(path, 300);
    await expect(readWheel(path, demo)).rejects.toMatchObject({ code: 'archive.unreadable' });
    await writeFile(path, 'not a zip');
    await expect(readWheel(path, demo)).rejects.toMatchObject({ code: 'archive.unreadable' });
    await expect(readWheel(join(folder, 'absent.whl'), demo)).rejects.toMatchObject({ code: 'archive.unreadable' });
  });
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
  async function wheels(...texts: string[]): Promise<{ file: string; read: Awaited<ReturnType<typeof readWheel>> }[]> {
    const found = [];
    for (const [at, text] of texts.entries())
      found.push({ file: `demo${at}.whl`, read: await read(soundWheel([{ name: 'shared/__init__.py', text }])) });
    return found.map((each) => ({
      ...each,
      read: { ...each.read, files: each.read.files.filter(({ path }) => !path.includes('dist-info')) },
    }));
  }

  test('different contents are refused, both named', async () => {
    const clash = await wheels('one', 'two');
    expect(() => refuseCollisions(clash)).toThrow(
      expect.objectContaining({
        code: 'wheel.collision',
        evidence: ['site/shared/__init__.py: demo0.whl and demo1.whl'],
      }),
    );
  });

  test('equal contents, and old-style namespaces, are not', async () => {
    refuseCollisions(await wheels('same', 'same'));
    refuseCollisions(
      await wheels(
        "__import__('pkg_resources').declare_namespace(__name__)\n",
        'from pkgutil import extend_path\n__path__ = extend_path(__path__, __name__)\n',
      ),
    );
    const mixed = await wheels('code = 1\n', "__import__('pkg_resources').declare_namespace(__name__)\n");
    expect(() => refuseCollisions(mixed)).toThrow(expect.objectContaining({ code: 'wheel.collision' }));
  });

  test('what is in .data is compared where it will be', () => {
    expect(
      ['demo/x.py', 'demo-1.0.data/purelib/demo/x.py', 'demo-1.0.data/scripts/run', 'demo-1.0.data/data/share/x'].map(
        (path) => placeOf(path, info),
      ),
    ).toEqual([...['site/demo/x.py', 'site/demo/x.py', 'bin/run', 'data/share/x']]);
  });
});
