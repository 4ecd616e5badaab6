import { describe, expect, test } from 'vitest';
import { chooseFor, fits } from '../../src/bundle/choose.ts';
import { lockChanges } from '../../src/bundle/lock/changes.ts';
import { readReport } from '../../src/bundle/lock/pip-report.ts';
import { parsePylock } from '../../src/bundle/lock/pylock.ts';
import { writePylock } from '../../src/bundle/lock/write-pylock.ts';
import { bestWheel, parseWheelName } from '../../src/bundle/standards/wheel-name.ts';
import { targetOf } from '../../src/bundle/targets.ts';
import type { TargetSpec } from '../../src/bundle/types.ts';
import { factsOf } from './support/python.ts';

const base = targetOf(await factsOf('python3'), 'here');

function target(name: string, minor: number, libc: TargetSpec['libc'], machine = 'x86_64'): TargetSpec {
  const markers = {
    ...base.markers,
    python_version: `3.${minor}`,
    python_full_version: `3.${minor}.2`,
    sys_platform: 'linux',
    platform_machine: machine,
  };
  return {
    ...base,
    name,
    python: [3, minor, 2],
    implementation: 'cpython',
    abiflags: '',
    freeThreaded: false,
    libc,
    machine,
    platform: `linux-${machine}`,
    markers,
  };
}
const bookworm = target('bookworm', 11, { kind: 'glibc', version: [2, 36] });
const trixie = target('trixie', 13, { kind: 'glibc', version: [2, 41] });
const alpine = target('alpine', 13, { kind: 'musl', version: [1, 2] });
const arm = target('arm', 13, { kind: 'glibc', version: [2, 41] }, 'aarch64');

const hash = `hashes = { sha256 = "${'ab'.repeat(32)}" }`;
const lockOf = (...packages: string[]): ReturnType<typeof parsePylock> =>
  parsePylock(`lock-version = "1.0"\ncreated-by = "test"\n${packages.join('\n')}`, 'pylock.toml');
const entry = (name: string, version: string, files: readonly string[], more = ''): string => {
  const wheels = files
    .filter((file) => file.endsWith('.whl'))
    .map((file) => `{ url = "https://example.org/${file}", ${hash} }`);
  const sdist = files.find((file) => !file.endsWith('.whl'));
  return `[[packages]]\nname = "${name}"\nversion = "${version}"\n${more}\nwheels = [${wheels.join(', ')}]\n${sdist === undefined ? '' : `sdist = { url = "https://example.org/${sdist}", ${hash} }`}\n`;
};

describe('what a target gets', () => {
  const wheels = [
    'cp311-cp311-manylinux_2_28_x86_64',
    'cp311-cp311-manylinux_2_40_x86_64',
    'cp39-abi3-manylinux2014_x86_64',
    'cp313-cp313-musllinux_1_2_x86_64',
    'cp313-cp313-manylinux_2_17_aarch64.manylinux2014_aarch64',
  ];
  const lock = lockOf(
    entry(
      'lxml',
      '6.0',
      wheels.map((tag) => `lxml-6.0-${tag}.whl`),
    ),
  );

  test('its best wheel', () => {
    const chosen = [...chooseFor(lock, [bookworm, trixie, alpine, arm]).values()].map(
      (choices) => choices[0]?.wheel?.file,
    );
    expect(chosen).toEqual([wheels[0], wheels[2], wheels[3], wheels[4]].map((tag) => `lxml-6.0-${tag}.whl`));
  });

  test('by marker, one version of each', () => {
    const forked = lockOf(
      entry('numpy', '1.0', ['numpy-1.0-py3-none-any.whl'], `marker = "python_full_version < '3.12'"`),
      entry('numpy', '2.0', ['numpy-2.0-py3-none-any.whl'], `marker = "python_full_version >= '3.12'"`),
      entry('colorama', '1.0', ['colorama-1.0-py3-none-any.whl'], `marker = "sys_platform == 'win32'"`),
      entry('docopt', '0.6', ['docopt-0.6.tar.gz']),
    );
    const chosen = [...chooseFor(forked, [bookworm, trixie])].map(([{ name }, choices]) => [
      name,
      ...choices.map(
        (each) => `${each.package.name} ${each.package.version} ${each.wheel === null ? 'sdist' : 'wheel'}`,
      ),
    ]);
    expect(chosen).toEqual([
      ['bookworm', 'numpy 1.0 wheel', 'docopt 0.6 sdist'],
      ['trixie', 'numpy 2.0 wheel', 'docopt 0.6 sdist'],
    ]);
  });

  test('what is missing is told for every target at once', () => {
    const lacking = lockOf(
      entry('lxml', '6.0', ['lxml-6.0-cp311-cp311-manylinux_2_28_x86_64.whl']),
      entry('old', '1.0', ['old-1.0-py3-none-any.whl'], 'requires-python = "<3.13"'),
      entry('twice', '1.0', ['twice-1.0-py3-none-any.whl']),
      entry('twice', '2.0', ['twice-2.0-py3-none-any.whl']),
    );
    expect(() => chooseFor(lacking, [bookworm, trixie])).toThrow(
      expect.objectContaining({
        code: 'lock.no-fit',
        exit: 2,
        evidence: [
          'twice is locked in two versions for bookworm: 1.0 and 2.0',
          'lxml 6.0 has no wheel for trixie, and no sdist',
          'old 1.0 needs Python <3.13; trixie has 3.13.2',
          'twice is locked in two versions for trixie: 1.0 and 2.0',
        ],
      }),
    );
  });

  test('builds of one wheel: the highest', () => {
    const builds = ['', '-1', '-10a', '-10', '-9'].map((build) => ({ file: `x-1.0${build}-py3-none-any.whl` }));
    expect(bestWheel(builds, ['py3-none-any'])?.file).toBe('x-1.0-10a-py3-none-any.whl');
    expect(fits(bookworm, 'x-1.0-py2.py3-none-any.whl')).toBe(true);
    expect(fits(bookworm, 'x-1.0-cp312-cp312-linux_x86_64.whl')).toBe(false);
    expect(['x-1.0-any.whl', 'x-1.0.tar.gz', 'x-1.0-b1-py3-none-any.whl'].map(parseWheelName)).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('locks', () => {
  test.each([
    ['no TOML', 'lock-version = ', 'lock.invalid'],
    ['a later format', 'lock-version = "2.0"', 'lock.invalid'],
    [
      'a repository',
      'lock-version = "1.0"\n[[packages]]\nname = "x"\nvcs = { type = "git", url = "https://example.org", commit-id = "1" }',
      'lock.not-from-index',
    ],
    [
      'a folder',
      'lock-version = "1.0"\n[[packages]]\nname = "x"\nversion = "1"\ndirectory = { path = "." }',
      'lock.not-from-index',
    ],
    [
      'a weak hash',
      'lock-version = "1.0"\n[[packages]]\nname = "x"\nversion = "1"\nwheels = [{ url = "https://example.org/x-1-py3-none-any.whl", hashes = { md5 = "1" } }]',
      'lock.weak-hash',
    ],
    [
      'a name that leaves its folder',
      `lock-version = "1.0"\n[[packages]]\nname = "x"\nversion = "1"\nwheels = [{ url = "https://example.org/x%2F..%2Fy.whl", ${hash} }]`,
      'lock.invalid',
    ],
    [
      'no address',
      `lock-version = "1.0"\n[[packages]]\nname = "x"\nversion = "1"\nwheels = [{ ${hash} }]`,
      'lock.invalid',
    ],
  ])('%s is refused', (_name, text, code) => {
    expect(() => parsePylock(text, 'pylock.toml')).toThrow(expect.objectContaining({ code, exit: 2 }));
  });

  test('a lock that is written is read, without credentials', () => {
    const url = 'https://me:secret@pypi.example.org/six-1-py3-none-any.whl';
    const installed = {
      download_info: { url, archive_info: { hashes: { sha256: 'ab'.repeat(32) } } },
      metadata: { name: 'Six', version: '1', requires_python: '>=3' },
    };
    const { document } = readReport(JSON.stringify({ install: [installed] }), '>=3.9');
    const text = writePylock(document, { backend: 'pip', inputs: 'x', targets: ['t'] });
    expect(text).not.toContain('secret');
    expect(parsePylock(text, 'pylock.toml')).toEqual({
      packages: [
        {
          ...{ name: 'six', version: '1', marker: null, requiresPython: '>=3', sdist: null },
          wheels: [
            {
              file: 'six-1-py3-none-any.whl',
              from: { url: 'https://pypi.example.org/six-1-py3-none-any.whl' },
              sha256: 'ab'.repeat(32),
              size: null,
            },
          ],
        },
      ],
      record: { backend: 'pip', inputs: 'x', targets: ['t'] },
    });
  });

  test('what a new lock changed', async () => {
    const at = (name: string, version: string, size: number | null = null) => ({
      name,
      version,
      file: { file: `${name}.whl`, from: { url: 'https://example.org/x' }, sha256: '', size },
    });
    const former = [at('a', '1', 10), at('b', '1', 20), at('c', '1', 30)];
    const now = [at('b', '1', 20), at('c', '2', 5), at('c', '1', 30), at('d', '1')];
    expect(await lockChanges('pylock.toml', former, now, async ({ size }) => size)).toEqual([
      { lock: 'pylock.toml', name: 'a', before: '1', after: null, sizes: { before: 10, after: null } },
      { lock: 'pylock.toml', name: 'c', before: '1', after: '1, 2', sizes: { before: 30, after: 35 } },
      { lock: 'pylock.toml', name: 'd', before: null, after: '1', sizes: { before: null, after: null } },
    ]);
  });
});
