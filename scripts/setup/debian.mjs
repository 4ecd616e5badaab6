// Debian packages: what the tests on real nodes need of the machine.
import { existsSync } from 'node:fs';
import { run, SetupProblem, say, step } from './say.mjs';

/** Each with the reason that it is here. */
const TEST_PACKAGES = {
  'openssh-client': 'ssh, ssh-keygen: the way to a node',
  'openssh-server': 'an sshd of the tests own, on loopback',
  sshfs: 'the bridge to a node',
  git: 'a bundle knows its commit',
  mmdebstrap: 'root file systems of nodes',
  'systemd-container': 'systemd-nspawn: booted nodes',
  gcc: 'wheels with compiled code are built for real',
  'libc6-dev': 'the same',
  'g++': 'the same, with a library that nodes have in several ages',
  'python3-dev': 'headers, as builders have them',
  'qemu-user-static': 'a builder of another processor',
  zsh: 'a login shell that a node may have, as are the next two',
  tcsh: 'commands pass through it',
  fish: 'commands pass through it',
  postgresql: 'migrations of a real database',
  iproute2: 'nodes in network namespaces without a route out',
};

/** May Debian packages be installed here? */
export function canApt() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}

/** As root installs what the tests need and isn't there; otherwise says what is missing. */
export async function installTestPackages() {
  const missing = await missingTestPackages();
  if (missing.length === 0) return;
  if (canApt()) await aptInstall(missing);
  else say(`not installed, as this isn't root on Debian: ${missing.join(' ')}. What needs them is skipped`);
}

/** @returns {Promise<string[]>} names of Debian packages */
async function missingTestPackages() {
  const missing = [];
  for (const name of Object.keys(TEST_PACKAGES)) {
    const { code, output } = await run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]);
    if (code !== 0 || output !== 'installed') missing.push(name);
  }
  return missing;
}

/** @param {string[]} packages */
export async function aptInstall(packages) {
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const updated = await run('apt-get', [...wait, '-qq', 'update'], quiet);
  if (updated.code !== 0) throw new SetupProblem(`apt-get update failed\n${updated.output.trimEnd()}`);
  const install = [...wait, '-qq', '-y', '--no-install-recommends', 'install', ...packages];
  await step(`Debian packages (${packages.join(', ')})`, 'apt-get', install, quiet);
}
