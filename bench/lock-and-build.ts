/**
 * `conc lock` and `conc build` of examples/shop beside what uv does for the same, cold and warm: medians of five, in turn,
 * and their ratio. `node bench/lock-and-build.ts`. Needs the network, uv on PATH or from the index, and git.
 *
 * Cold: neither program has anything in a cache. Warm: everything was fetched and built before; locks are made anew.
 * The two sides don't do the same: the steps of each, and what conc does besides, are printed.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const RUNS = 5;
const house = fileURLToPath(new URL('..', import.meta.url));
const work = await mkdtemp(join(tmpdir(), 'conc-bench-'));
const [shop, target, cache] = [join(work, 'shop'), join(work, 'target'), join(work, 'uv-cache')];
let env: NodeJS.ProcessEnv = {};

try {
  await prepare();
  await measure();
} finally {
  await rm(work, { recursive: true, force: true });
}

/** One side of a comparison: what is emptied before each run, unmeasured, and what is run. */
interface Side {
  readonly steps: readonly (readonly [string, ...string[]])[];
  readonly before: () => Promise<void>;
}

interface Comparison {
  readonly name: string;
  readonly conc: Side;
  readonly uv: Side;
}

async function measure(): Promise<void> {
  const concCommand = (name: string): [string, ...string[]] => [
    process.execPath,
    join(house, 'dist/cli/main.js'),
    ...[name, '--quiet'],
  ];
  const concLock: Side['steps'] = [concCommand('lock')];
  const concBuild: Side['steps'] = [concCommand('build')];
  // As conc asks uv: for the Python that is here and newer.
  const version = (await run('python3', ['-c', 'import platform; print(platform.python_version())'])).stdout.trim();
  const python = ['--python-version', version, '--python', 'python3'];
  const compile = ['--universal', ...python, '--format', 'pylock.toml', '--generate-hashes', '--quiet'];
  const uvLock: Side['steps'] = [
    ['uv', 'pip', 'compile', 'pyproject.toml', ...compile, '--output-file', join(work, 'pylock.uv.toml')],
  ];
  const install = ['--quiet', '--python', 'python3', '--no-deps', '--target', target];
  const uvBuild: Side['steps'] = [
    ['uv', 'build', '--quiet', '--python', 'python3', '--wheel', '--out-dir', join(work, 'wheels'), '.'],
    ['uv', 'pip', 'install', ...install, '--requirements', join(work, 'pylock.uv.toml')],
    ['uv', 'pip', 'install', ...install, join(work, 'wheels', 'shop-1.0.0-py3-none-any.whl')],
  ];
  const empty =
    (...paths: string[]) =>
    async (): Promise<void> => {
      for (const path of paths) await rm(path, { recursive: true, force: true });
    };
  const locks = ['pylock.toml', 'pylock.build.toml', 'pylock.tools.toml'].map((name) => join(shop, name));
  const [ours, made] = [join(shop, '.conc'), [target, join(work, 'wheels')]];
  const uvLockFile = join(work, 'pylock.uv.toml');
  const comparisons: readonly Comparison[] = [
    {
      name: 'lock, cold',
      conc: { steps: concLock, before: empty(ours, cache, ...locks) },
      uv: { steps: uvLock, before: empty(cache, uvLockFile) },
    },
    {
      name: 'lock, warm',
      conc: { steps: concLock, before: empty(...locks) },
      uv: { steps: uvLock, before: empty(uvLockFile) },
    },
    {
      name: 'build, cold',
      conc: { steps: concBuild, before: empty(ours, cache) },
      uv: { steps: uvBuild, before: empty(cache, ...made) },
    },
    {
      name: 'build, warm',
      conc: { steps: concBuild, before: empty(join(ours, 'bundles')) },
      uv: { steps: uvBuild, before: empty(...made) },
    },
  ];
  await describe();
  console.log('| | conc, s | uv, s | conc / uv | load |\n| --- | --- | --- | --- | --- |');
  for (const { name, conc, uv } of comparisons) {
    const times: { conc: number[]; uv: number[] } = { conc: [], uv: [] };
    for (let round = 0; round < RUNS; round += 1) {
      times.conc.push(await timed(conc));
      times.uv.push(await timed(uv));
    }
    const ratio = median(times.conc.map((each, at) => each / (times.uv[at] ?? each)));
    const load = (loadavg()[0] ?? 0).toFixed(1);
    console.log(`| ${name} | ${inWords(times.conc)} | ${inWords(times.uv)} | ${ratio.toFixed(2)} | ${load} |`);
  }
  console.log('\nMedians, with the least and the most in brackets; the ratio is the median of the pairs.');
  for (const [side, lock, build] of [
    ['conc', concLock, concBuild],
    ['uv', uvLock, uvBuild],
  ] as const) {
    console.log(`${side} lock:  ${lock.map(shown).join(' && ')}`);
    console.log(`${side} build: ${build.map(shown).join(' && ')}`);
  }
  console.log(`conc lock also locks what builds need (asking the backends of the project and of pyqrcode) and supervisor, and asks the index how big files are;
conc build also reads and checks every file of every wheel, writes the bundle with a hash of each, and looks for secrets; uv links files from its cache.`);
}

/** The example in a repository of its own, the compiled program, uv, and each side run once. */
async function prepare(): Promise<void> {
  await run(process.execPath, ['scripts/build.ts'], { cwd: house });
  await cp(join(house, 'examples/shop'), shop, { recursive: true });
  const path = await findUv();
  env = { ...process.env, PATH: `${path}${process.env.PATH}`, UV_CACHE_DIR: cache, UV_PYTHON_DOWNLOADS: 'never' };
  await mkdir(cache);
  await run(process.execPath, [join(house, 'dist/cli/main.js'), 'lock', '--quiet'], { cwd: shop, env });
  const identity = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org'];
  for (const words of [
    ['init', '--quiet'],
    ['add', '--all'],
    [...identity, 'commit', '--quiet', '--message', 'shop'],
  ])
    await run('git', ['-C', shop, ...words]);
}

/** What goes before PATH: nothing where uv is installed. */
async function findUv(): Promise<string> {
  try {
    await run('uv', ['--version']);
    return '';
  } catch {
    const folder = join(work, 'uv');
    await run('python3', ['-m', 'venv', folder]);
    await run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'uv']);
    return `${join(folder, 'bin')}:`;
  }
}

async function describe(): Promise<void> {
  const asked = [
    ['uv', '--version'],
    ['python3', '--version'],
  ] as const;
  const versions = await Promise.all(
    asked.map(async ([command, option]) => (await run(command, [option], { env })).stdout.trim()),
  );
  const [first] = cpus();
  const machine = `${cpus().length} × ${first?.model ?? 'a processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  console.log(`Node.js ${process.versions.node}, ${versions.join(', ')}; ${machine}; ${new Date().toISOString()}\n`);
}

/** Seconds from the first step's start to the last one's end. */
async function timed({ steps, before }: Side): Promise<number> {
  await before();
  const start = performance.now();
  for (const [command, ...words] of steps) await run(command, words, { cwd: shop, env });
  return (performance.now() - start) / 1000;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function inWords(times: readonly number[]): string {
  return `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)}–${Math.max(...times).toFixed(2)})`;
}

function shown(words: readonly string[]): string {
  return words.map((word) => word.replace(process.execPath, 'node').replace(house, '').replace(work, '…')).join(' ');
}
