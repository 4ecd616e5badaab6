import { chmod, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { ensurePackages, whyNoNodes } from './packages.ts';
import { cachedTree } from './root-file-system.ts';

/** What a builder needs: an interpreter with its headers, and a compiler. */
const PACKAGES = ['python3', 'python3-dev', 'gcc', 'libc6-dev'];

/** Why this machine can't run programs of another processor, in words; undefined: it can. */
export function whyNoForeign(): string | undefined {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  // From 6.7 on binfmt_misc is a user namespace's own: nothing of the machine is changed.
  return whyNoNodes() ?? (major * 100 + minor < 607 ? 'programs of another processor need Linux 6.7' : undefined);
}

/**
 * The interpreter of a Debian bookworm for arm64 with a compiler, as a command of this machine: qemu runs its programs. Its
 * files are only read (extracted once, about 300 MB, without running a script of theirs); `/tmp` is each run's own.
 */
export async function arm64Python(folder: string): Promise<string> {
  await ensurePackages();
  const extract = ['mmdebstrap', '--quiet', '--arch=arm64', '--variant=extract', `--include=${PACKAGES.join(',')}`];
  // Afterwards: mmdebstrap takes an empty /proc away.
  const places = '"$@" && for root; do :; done && mkdir -p "$root/proc" "$root/dev" "$root/tmp"';
  const root = await cachedTree('arm64-builder', ['sh', '-c', places, 'sh', ...extract, 'bookworm']);
  const enter = join(folder, 'enter.sh');
  await writeFile(enter, namespace);
  const python = join(folder, 'python-arm64');
  await writeFile(python, `#!/bin/sh\nexec unshare --user --map-root-user --mount sh ${enter} ${root} "$@"\n`);
  await chmod(python, 0o755);
  return python;
}

/** Runs in a user and mount namespace of its own, which ends with the interpreter. */
const namespace = `set -e
root=$1; shift
binfmt=/proc/sys/fs/binfmt_misc
mount -t binfmt_misc binfmt_misc $binfmt
elf='\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\xb7\\x00'
mask='\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff'
printf '%s' ":aarch64:M::$elf:$mask:/usr/bin/qemu-aarch64-static:F" > $binfmt/register
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
exec chroot "$root" /usr/bin/python3 "$@"
`;
