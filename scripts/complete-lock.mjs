// Puts optional packages for other platforms back into package-lock.json.
//
// Many packages ship a binary for each platform as an optional dependency. Where a registry mirror doesn't carry one of
// them, npm leaves it out of the lock, and `npm ci` then refuses that lock on every machine. What npm needs of such a
// package, to skip it here and fetch it there, is its version and platform, and both are known without the registry.
// Run after every `npm install` that changes the lock; test/house/lockfile.test.ts says when it was forgotten.
import { readFileSync, writeFileSync } from 'node:fs';

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry */

/**
 * The entries that the lock lacks, by their place in node_modules.
 * @param {Record<string, LockEntry>} packages the lock's `packages`
 * @returns {Record<string, LockEntry>}
 */
export function missingOptional(packages) {
  /** @type {Record<string, LockEntry>} */
  const missing = {};
  for (const [place, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const found = `${place}/node_modules/${name}` in packages || `node_modules/${name}` in packages;
      if (!found) missing[`node_modules/${name}`] = placeholder(name, version, entry.dev === true);
    }
  }
  return missing;
}

/**
 * @param {string} name `@biomejs/cli-linux-x64-musl`
 * @param {string} version exact, as such packages are always asked for
 * @param {boolean} dev
 * @returns {LockEntry}
 */
function placeholder(name, version, dev) {
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) throw new Error(`${name}@${version}: not an exact version`);
  const words = (name.split('/').pop() ?? name).split('-');
  const cpu = CPU.filter((word) => words.includes(word));
  const os = OS.filter((word) => words.includes(word));
  if (cpu.length + os.length === 0)
    throw new Error(`${name}: its name tells no platform; it can't be completed by rule`);
  const libc = words.some((word) => word.startsWith('musl')) ? { libc: ['musl'] } : {};
  return { version, ...(dev ? { dev } : {}), optional: true, cpu, ...libc, os };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingOptional(lock.packages);
  const entries = Object.entries({ ...lock.packages, ...missing });
  lock.packages = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${Object.keys(missing).length} entries added`);
}
