import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import type { Facts } from '../gateway/types.ts';
import type { TargetSpec } from './types.ts';

/** Stands beside conc.ini and is committed, so that a build never needs a node. */
const targetsFile = 'conc.targets.json';

/** The recorded targets, sorted by name; none where there is no file yet. */
export async function readTargets(folder: string): Promise<readonly TargetSpec[]> {
  const text = await readFile(join(folder, targetsFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return [];
  const { targetsFileSchema } = await import('./schema.ts');
  const parsed = targetsFileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.targets;
  const [issue] = parsed.error.issues;
  throw new ConcError({
    code: 'targets.invalid',
    message: `${targetsFile} is not a targets file: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not JSON'}`,
    hint: `It is written by conc check NODE --record. Take the version from your repository, or delete it and record again`,
    exit: 2,
  });
}

/**
 * Writes down what a node's interpreter is. Nodes of the same kind share one target, which keeps the lowest patch
 * version and its markers: what fits that one fits the others. A node that changed its kind leaves its former target.
 */
export async function recordTarget(folder: string, facts: Facts, node: string): Promise<TargetSpec> {
  const fresh = targetOf(facts, node);
  const others = (await readTargets(folder)).flatMap((target) => {
    const nodes = target.nodes.filter((each) => each !== node);
    return nodes.length === 0 ? [] : [{ ...target, nodes }];
  });
  const same = others.find(({ name }) => name === fresh.name);
  const nodes = [...(same?.nodes ?? []), node].toSorted();
  const recorded = same !== undefined && same.python[2] <= fresh.python[2] ? { ...same, nodes } : { ...fresh, nodes };
  const targets = [...others.filter((target) => target !== same), recorded].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  await writeTargets(folder, targets);
  return recorded;
}

/** The target that a node's facts make. The kernel's own markers are left out: no wheel is chosen by them, and they change with every update. */
export function targetOf(facts: Facts, node: string): TargetSpec {
  const { version, implementation, abiflags, freeThreaded } = facts.python;
  const platform = platformOf(facts);
  const { platform_release: _release, platform_version: _version, ...markers } = facts.markers;
  const target = { python: version, implementation, abiflags, freeThreaded, libc: facts.libc };
  const name = [interpreterName(target), libcName(facts.libc), platform.replace(/^linux-/, '')].join('-').toLowerCase();
  return { name, nodes: [node], ...target, machine: facts.machine, platform, markers };
}

async function writeTargets(folder: string, targets: readonly TargetSpec[]): Promise<void> {
  const path = join(folder, targetsFile);
  const sorted = targets.map((target) => ({
    ...target,
    markers: Object.fromEntries(Object.entries(target.markers).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }));
  await writeFile(`${path}.new`, `${JSON.stringify({ format: 1, targets: sorted }, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** As `packaging.tags` corrects it: a 32-bit interpreter on a 64-bit kernel is a 32-bit platform. */
function platformOf({ python }: Facts): string {
  if (python.pointerBits === 64) return python.platform;
  return python.platform.replace(/^linux-x86_64$/, 'linux-i686').replace(/^linux-aarch64$/, 'linux-armv8l');
}

function interpreterName({
  python,
  implementation,
  abiflags,
  freeThreaded,
}: Pick<TargetSpec, 'python' | 'implementation' | 'abiflags' | 'freeThreaded'>): string {
  const short = { cpython: 'cp', pypy: 'pp' }[implementation] ?? implementation;
  const debug = abiflags.includes('d') ? 'd' : '';
  return `${short}${python[0]}${python[1]}${freeThreaded ? 't' : ''}${debug}`;
}

const libcName = ({ kind, version }: TargetSpec['libc']): string =>
  version === null ? kind : `${kind}${version.join('.')}`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
