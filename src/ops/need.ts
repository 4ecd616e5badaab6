import type { Change } from './types.ts';

/** Room for the journal, links, scripts and what a file system rounds up to. */
const reserveBytes = 8 * 1024 * 1024;
const blockBytes = 4096;

export interface Need {
  readonly bytes: number;
  readonly inodes: number;
}

/**
 * What a deploy takes of the node's disk: for each wheel that the store lacks, the wheel itself while it is staged, its
 * files and about as much again in bytecode; for the venv a directory entry for each file, and copies of the application's own.
 */
export function diskNeed(change: Change): Need {
  const stored = new Set(change.survey.store);
  let bytes = reserveBytes;
  let inodes = 200;
  for (const wheel of [...change.wheels, ...change.tools.flatMap((tool) => tool.wheels)]) {
    const files = wheel.count * 2;
    if (!stored.has(wheel.sha256)) {
      bytes += wheel.size + wheel.unpacked * 2 + files * blockBytes;
      inodes += files + 2;
    }
    if (wheel.role === 'application') {
      bytes += wheel.unpacked * 2 + files * blockBytes;
      inodes += files;
    }
  }
  return { bytes, inodes };
}
