import type { Problem } from '../../config/types.ts';
import { ConcError } from '../../errors/conc-error.ts';
import { about, someOf } from '../project-report/types.ts';
import type { Source } from '../source.ts';

/**
 * A bundle names the commit that it was built from. What isn't committed is refused, unless that was asked for (`dirty`);
 * ConcError `build.uncommitted`. A project whose conc.ini isn't committed either is one that is tried out, just after
 * `conc init`: there it is a warning, and the bundle says that it was built so.
 */
export function checkCommitted({ changes, begun }: Source, dirty: boolean): readonly Problem[] {
  if (changes.length === 0 || dirty) return [];
  if (!begun) throw uncommitted(changes);
  const parts = [
    told(changes.filter(isNew), 'new'),
    told(
      changes.filter((line) => !isNew(line)),
      'changed',
    ),
  ];
  const message = `it isn't committed yet, so this bundle is built of the files as they are, but for what git ignores: ${parts.filter(Boolean).join('; ')}`;
  return [about('conc.ini', 'build.uncommitted', message, 'Once it serves: git add --all && git commit')];
}

/** `??` untracked, `A` added to the index: git-status(1), the short format. */
const isNew = (line: string): boolean => /^(?:\?\?|A)/.test(line);

const told = (lines: readonly string[], what: string): string =>
  lines.length === 0 ? '' : `${lines.length} ${what} (${someOf(lines.map((line) => line.slice(3)))})`;

function uncommitted(changes: readonly string[]): ConcError {
  const more = changes.length > 20 ? [`and ${changes.length - 20} more`] : [];
  return new ConcError({
    code: 'build.uncommitted',
    message: `${changes.length === 1 ? 'One file is' : `${changes.length} files are`} not committed: nobody could tell later what this bundle was built from`,
    hint: 'Commit first; or, to try something out, conc build --dirty',
    evidence: [...changes.slice(0, 20), ...more],
    exit: 2,
  });
}
