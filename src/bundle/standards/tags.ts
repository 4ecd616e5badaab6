import type { TargetSpec } from '../types.ts';

/** What a wheel's tags are computed from. */
export type TagFacts = Pick<
  TargetSpec,
  'python' | 'implementation' | 'abiflags' | 'freeThreaded' | 'libc' | 'machine' | 'platform'
>;

/**
 * The tags (`cp311-abi3-manylinux_2_17_x86_64`) of the wheels that an interpreter can install, the best first: PEP 425,
 * 600 (manylinux), 656 (musllinux), 703 (free threading), in the order of `packaging.tags.sys_tags()`.
 */
export function supportedTags(target: TagFacts): readonly string[] {
  const platforms = platformTags(target);
  const [major, minor] = target.python;
  const interpreter = `${abbreviation(target.implementation)}${major}${minor}`;
  const own = target.implementation === 'cpython' ? cpythonTags(target, interpreter, platforms) : [];
  const generic = target.implementation === 'pypy' ? `pp${major}` : interpreter;
  const pythons = [`py${major}${minor}`, `py${major}`, ...countDown(minor - 1, 0).map((older) => `py${major}${older}`)];
  return [
    ...own,
    ...cross(pythons, ['none'], platforms),
    `${generic}-none-any`,
    ...pythons.map((python) => `${python}-none-any`),
  ];
}

function cpythonTags(target: TagFacts, interpreter: string, platforms: readonly string[]): string[] {
  const [major, minor] = target.python;
  const threading = target.freeThreaded && minor >= 13 ? 't' : '';
  const plain = `cp${major}${minor}${threading}`;
  const abis = target.abiflags.includes('d') ? [`${plain}d`, plain] : [plain];
  // abi3t is the stable ABI of free-threaded builds (PEP 803); those can't load abi3.
  const stable = [threading === '' ? 'abi3' : 'abi3t'];
  const older = countDown(minor - 1, 2).map((each) => `cp${major}${each}`);
  return [
    ...cross([interpreter], abis, platforms),
    ...cross([interpreter], stable, platforms),
    ...cross([interpreter], ['none'], platforms),
    ...cross(older, stable, platforms),
  ];
}

/** The platform tags that a machine's own libc can run, the nearest first. */
function platformTags({ platform, libc }: TagFacts): string[] {
  const own = platform.replaceAll(/[-. ]/g, '_');
  if (!own.startsWith('linux_')) return [own];
  const machine = own.slice('linux_'.length);
  // A 32-bit interpreter on a 64-bit ARM also runs what was built for ARMv7.
  const archs = machine === 'armv8l' ? ['armv8l', 'armv7l'] : [machine];
  const native = archs.map((arch) => `linux_${arch}`);
  if (libc.version === null) return native;
  if (libc.kind === 'glibc') return [...native, ...manylinux(archs, libc.version)];
  return libc.kind === 'musl' ? [...native, ...musllinux(archs, libc.version)] : native;
}

const allowed = new Set([
  ...['x86_64', 'i686', 'aarch64', 'armv7l', 'ppc64', 'ppc64le', 's390x', 'loongarch64', 'riscv64'],
]);

const legacy: Readonly<Record<number, string>> = { 17: 'manylinux2014', 12: 'manylinux2010', 5: 'manylinux1' };

/** glibc 2 only: there is no glibc 3. */
function manylinux(archs: readonly string[], [major, minor]: readonly [number, number]): string[] {
  if (major !== 2 || !archs.some((arch) => allowed.has(arch))) return [];
  const oldest = archs.includes('x86_64') || archs.includes('i686') ? 5 : 17;
  return archs.flatMap((arch) =>
    countDown(minor, oldest).flatMap((each) => {
      const alias = legacy[each];
      return [`manylinux_2_${each}_${arch}`, ...(alias === undefined ? [] : [`${alias}_${arch}`])];
    }),
  );
}

function musllinux(archs: readonly string[], [major, minor]: readonly [number, number]): string[] {
  return archs.flatMap((arch) => countDown(minor, 0).map((each) => `musllinux_${major}_${each}_${arch}`));
}

function cross(pythons: readonly string[], abis: readonly string[], platforms: readonly string[]): string[] {
  return pythons.flatMap((python) =>
    abis.flatMap((abi) => platforms.map((platform) => `${python}-${abi}-${platform}`)),
  );
}

const countDown = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, step) => from - step);

const abbreviation = (implementation: string): string =>
  ({ cpython: 'cp', pypy: 'pp', python: 'py', ironpython: 'ip', jython: 'jy' })[implementation] ?? implementation;
