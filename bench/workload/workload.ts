import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { openBundle } from '../../src/bundle/open.ts';
import { command } from '../measure/command.ts';
import { writeApplication } from './application.ts';

/** One version of the application: the same bytes for all sides. */
export interface Version {
  readonly version: string;
  /** For conc. */
  readonly bundle: string;
  /** For the peers: the application's own wheel, as it is in the bundle. */
  readonly wheel: string;
  /** Every wheel with its hash, as pip's and uv's `--require-hashes` want them. */
  readonly requirements: string;
}

export interface Workload {
  /** The project as it is in version control. */
  readonly project: string;
  /** With `keep = 1` each deploy of the next one finds its wheel gone from the node, and delivers it anew; one release is pruned each time. */
  readonly versions: readonly Version[];
  /** The vendors' wheels, unchanged from the index. */
  readonly wheels: string;
}

/** The application's own among them. */
export const WHEELS = 58;
const VERSIONS = ['1.0.0', '1.0.1', '1.0.2'];

/** Locks and builds it with conc, in a folder that is kept: wheels are fetched once, and nothing is made again of what it was made from. */
export async function makeWorkload(folder: string, conc: readonly string[], path: string): Promise<Workload> {
  const stamp = join(folder, 'made.json');
  const from = await inputs();
  const known = madeSchema.safeParse(JSON.parse(await readFile(stamp, 'utf8').catch(() => 'null'))).data;
  if (known?.from === from) return known.workload;
  const workload = await build(folder, conc, path);
  await writeFile(stamp, JSON.stringify({ from, workload }));
  return workload;
}

const madeSchema = z.object({
  from: z.string(),
  workload: z.object({
    project: z.string(),
    versions: z.array(
      z.object({ version: z.string(), bundle: z.string(), wheel: z.string(), requirements: z.string() }),
    ),
    wheels: z.string(),
  }),
});

/** A digest of the application, its pins, and of the program that builds it. */
async function inputs(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['application.ts', 'requirements.txt', 'workload.ts'])
    hash.update(await readFile(join(import.meta.dirname, name)));
  const bundles = join(import.meta.dirname, '../../src/bundle');
  for (const name of (await readdir(bundles, { recursive: true })).toSorted()) {
    if (name.endsWith('.ts')) hash.update(await readFile(join(bundles, name)));
  }
  return hash.digest('hex');
}

async function build(folder: string, conc: readonly string[], path: string): Promise<Workload> {
  const project = join(folder, 'project');
  const wheels = join(folder, 'wheels');
  await rm(join(project, '.conc/bundles'), { recursive: true, force: true });
  await Promise.all([project, wheels].map((each) => mkdir(each, { recursive: true })));
  const env = { PATH: path };
  // A repository of its own: the one around it ignores the folder.
  await command(['git', 'init', '--quiet', project]);
  await writeFile(join(project, '.gitignore'), '.conc/\n');
  const versions: Version[] = [];
  for (const version of VERSIONS) {
    await writeApplication(project, version);
    if (version === VERSIONS[0]) await command([...conc, 'lock', '--quiet'], { cwd: project, env });
    const said = await command([...conc, 'build', '--dirty', '--json'], { cwd: project, env });
    versions.push(await unpacked(folder, wheels, version, bundleIn(said)));
  }
  const bundle = await openBundle(versions[0]?.bundle ?? '');
  await bundle.close();
  const count = bundle.manifest.wheels.length;
  if (count !== WHEELS) throw new Error(`${WHEELS} wheels are what the rows tell of, and these are ${count}`);
  return { project, versions, wheels };
}

/** The path in `conc build --json`. */
function bundleIn(json: string): string {
  const found = /"(?:file|path|bundle)":"([^"]+\.bundle)"/.exec(json.replaceAll('": "', '":"'))?.[1];
  if (found === undefined) throw new Error(`conc build names no bundle: ${json}`);
  return found;
}

async function unpacked(folder: string, wheels: string, version: string, path: string): Promise<Version> {
  const bundle = await openBundle(path);
  try {
    const own = join(folder, 'application', version);
    await mkdir(own, { recursive: true });
    let application = '';
    for (const wheel of bundle.manifest.wheels) {
      const file = join(wheel.role === 'application' ? own : wheels, wheel.file);
      if (wheel.role === 'application') application = file;
      await writeFile(file, await buffer(Readable.from(await bundle.open(wheel))));
    }
    const lines = bundle.manifest.wheels.map(
      (wheel) => `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`,
    );
    const requirements = join(own, 'requirements.txt');
    await writeFile(requirements, lines.join(''));
    return { version, bundle: path, wheel: application, requirements };
  } finally {
    await bundle.close();
  }
}

/** The pinned dependencies, without comments. */
export async function pinned(): Promise<string[]> {
  const text = await readFile(join(import.meta.dirname, 'requirements.txt'), 'utf8');
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}
