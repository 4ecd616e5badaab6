import type { Choice } from '../choose.ts';
import { chooseFor } from '../choose.ts';
import { supportedTags } from '../standards/tags.ts';
import { bestWheel } from '../standards/wheel-name.ts';
import type { TargetSpec } from '../types.ts';
import type { Versioned } from './changes.ts';
import { lockFiles } from './files.ts';
import type { Locking } from './locking.ts';
import type { Lock, LockedFile, LockedPackage } from './pylock.ts';
import { lockedVersions, parsePylock } from './pylock.ts';

/** A file that some target gets, or is built of. */
export interface NeededFile {
  readonly package: LockedPackage;
  readonly file: LockedFile;
}

/** Of all files that a lock names those that these targets need, each once. What doesn't fit a target isn't needed by it. */
export function neededFiles(lock: Lock, targets: readonly TargetSpec[]): readonly NeededFile[] {
  const needed = new Map<string, NeededFile>();
  for (const target of targets) {
    for (const { package: each, wheel } of choicesOf(lock, target)) {
      const file = wheel ?? each.sdist;
      if (file !== null) needed.set(file.sha256, { package: each, file });
    }
  }
  return [...needed.values()];
}

/** For whom a lock's files are: nodes; or, of what controllers use, also the interpreters of this machine. */
export function neededBy(
  { covered, builders }: Pick<Locking, 'covered' | 'builders'>,
  file: string,
): readonly TargetSpec[] {
  const near = file === lockFiles.runtime || file === lockFiles.tools ? [] : builders.map(({ spec }) => spec);
  return [...near, ...covered];
}

/** The versions of a lock, whoever wrote it, each with the file that says how big it is. */
export function versionsIn(text: string, targets: readonly TargetSpec[]): readonly Versioned[] {
  const lock = readable(text);
  if (lock === null) return lockedVersions(text).map(({ name, version }) => ({ name, version, file: null }));
  const tags = targets.map(supportedTags);
  return lock.packages.map(({ name, version, wheels, sdist }) => {
    const fitting = tags.flatMap((each) => bestWheel(wheels, each) ?? []);
    return { name, version, file: fitting[0] ?? sdist };
  });
}

function choicesOf(lock: Lock, target: TargetSpec): readonly Choice[] {
  try {
    return choose(lock, target);
  } catch {
    return [];
  }
}

const choose = (lock: Lock, target: TargetSpec): readonly Choice[] => chooseFor(lock, [target]).get(target) ?? [];

function readable(text: string): Lock | null {
  try {
    return parsePylock(text, 'the former lock');
  } catch {
    return null;
  }
}
