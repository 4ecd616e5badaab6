import { ConcError } from '../../errors/conc-error.ts';

/** A resolver found no set of versions: its own words say which packages can't live together. */
export function unresolved(backend: string, what: string, stderr: string): ConcError {
  return new ConcError({
    code: 'lock.unresolved',
    message: `${backend} can't resolve ${what}`,
    hint: 'Its words tell which requirement can’t be met, and who asked for it',
    evidence: lastLines(stderr, 30),
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

const lastLines = (text: string, count: number): string[] => text.trim().split('\n').slice(-count);
