import { ConcError } from '../../errors/conc-error.ts';
import { withoutCredentials } from '../fetch/scrub.ts';
import type { ResolveRequest } from './backend.ts';
import type { Askers } from './conflict.ts';
import { conflictWords, readConflict } from './conflict.ts';

/** A resolver found no set of versions. Who asks for what is told in words; the resolver's own words are the evidence. */
export function unresolved(backend: string, askers: Askers, words: string): ConcError {
  const conflict = readConflict(words, askers);
  const plain = {
    message: `${backend} can't resolve ${askers.you}`,
    hint: 'Its words tell which requirement can’t be met, and who asked for it',
  };
  const told = conflict && {
    message: `No version of ${conflict.name} suits everybody: ${withoutCredentials(conflictWords(conflict))}`,
    hint: 'Allow another version of it, or of what asks for it',
  };
  return new ConcError({
    code: 'lock.unresolved',
    ...(told ?? plain),
    evidence: lastLines(withoutCredentials(words), 30),
    state: 'the lock is as it was',
    exit: 2,
  });
}

export function buildFailed(what: string, backend: string, output: string): ConcError {
  return new ConcError({
    code: 'build.failed',
    message: `${what} can't be built by ${backend}`,
    hint: 'Builds see only the locked build requirements: one that is missing belongs into [build-system] requires, then conc lock',
    evidence: lastLines(output, 30),
    exit: 2,
  });
}

/** How the two who have a say in a resolution are called. */
export const askers = ({ what }: ResolveRequest): Askers => ({ you: what, constraint: 'the lock' });

const lastLines = (text: string, count: number): string[] => text.trim().split('\n').slice(-count);
