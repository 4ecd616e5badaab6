import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { conc } from '../support/conc.ts';

const house = fileURLToPath(new URL('../..', import.meta.url));

/** One version of the application, built. */
export interface Version {
  readonly version: string;
  readonly bundle: string;
  /** Every file of the application as it must lie in a release, below `site-packages`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Where the bundles are built, once for all nodes. */
export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  readonly versions: readonly Version[];
}

/** Three: with `keep = 1` each deploy of the next one finds its wheel gone from the store, and delivers it anew. */
const VERSIONS = ['1.0.0', '2.0.0', '3.0.0'];
/** Enough that to deliver, install and verify take a while. */
const PAGES = 300;

/** For supervisor's wheel, `uv` is looked for in the repo's own tools. */
export const PATH = `${process.env.PATH ?? ''}${delimiter}${join(house, '.tools/venv/bin')}`;

export async function makeWorkshop(python = '/usr/bin/python3'): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-faults-'));
  const project = join(folder, 'project');
  await cp(join(house, 'test/faults/application'), project, { recursive: true });
  await writeFile(
    join(project, 'conc.ini'),
    `${base(python)}\nservice = supervisord\n[node here]\ngateway = popen\nroot = ./root\n`,
  );
  await must(project, 'lock');
  const versions: Version[] = [];
  for (const version of VERSIONS) versions.push(await build(project, version));
  return { folder, versions, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The part of `conc.ini` that every node has. */
export const base = (python: string): string =>
  [
    '[DEFAULT]',
    'app = faulted',
    `python = ${python}`,
    'keep = 1',
    'process.web.command = python -m faulted',
    'process.web.count = 2',
    'process.web.listen = 127.0.0.1:8765',
    'health.interval = 0.1',
  ].join('\n');

async function build(project: string, version: string): Promise<Version> {
  const source = join(project, 'src/faulted');
  await edit(join(project, 'pyproject.toml'), (text) => text.replace(/^version = .*$/m, `version = "${version}"`));
  await edit(join(source, '__init__.py'), (text) => text.replace(/^VERSION = .*$/m, `VERSION = "${version}"`));
  await mkdir(join(source, 'pages'), { recursive: true });
  for (let page = 0; page < PAGES; page += 1) {
    await writeFile(join(source, 'pages', `${page}.txt`), `${version} ${String(page).repeat(2000)}\n`);
  }
  const before = await bundles(project);
  await must(project, 'build');
  const [bundle] = (await bundles(project)).filter((file) => !before.includes(file));
  if (bundle === undefined) throw new Error(`conc build made no bundle of ${version}`);
  return { version, bundle, files: await filesOf(join(project, 'src')) };
}

async function bundles(project: string): Promise<string[]> {
  const folder = join(project, '.conc/bundles');
  const found = await readdir(folder).catch(() => []);
  return found.filter((name) => name.endsWith('.bundle')).map((name) => join(folder, name));
}

async function filesOf(folder: string): Promise<Map<string, string>> {
  const found = await readdir(join(folder, 'faulted'), { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile() && /\.(py|txt)$/.test(entry.name));
  const read = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const;
  });
  return new Map(await Promise.all(read));
}

async function must(cwd: string, ...args: string[]): Promise<void> {
  const run = await conc(args, { cwd, env: { PATH } });
  if (run.code !== 0) throw new Error(`conc ${args.join(' ')}: ${run.code}\n${run.stdout}${run.stderr}`);
}

const edit = async (file: string, change: (text: string) => string): Promise<void> =>
  writeFile(file, change(await readFile(file, 'utf8')));
