import { ConcError } from '../../errors/conc-error.ts';
import { secretParameters } from '../fetch/scrub.ts';
import type { Project } from './project.ts';
import type { PylockDocument } from './pylock-document.ts';
import { filesOf } from './pylock-document.ts';
import { textsOf } from './requirements-files.ts';

/** Lines of a project's requirements that hold credentials, told without them: file:line, and where they belong. */
export async function secretsWritten({ folder, files, devops }: Project): Promise<string[]> {
  const texts = await textsOf(folder, ['pyproject.toml', ...files, ...(devops?.files ?? [])]);
  return [...texts].flatMap(([file, text]) =>
    text.split(/\r\n|\n|\r/).flatMap((line, at) => {
      const found = secretIn(line.replace(/(^|\s)#.*$/, ''));
      return found === null ? [] : [`${file}:${at + 1} has ${found}`];
    }),
  );
}

/**
 * Refuses addresses with a secret in their query: the lock is committed, and without it nobody could fetch the file.
 * ConcError `lock.secret-address` names all of them, not their secrets.
 */
export function refuseSecretAddresses({ packages }: PylockDocument): void {
  const found = packages.flatMap((each) =>
    filesOf(each).flatMap(({ url = '' }) => {
      const names = secretParameters(url);
      return names.length === 0 ? [] : [`${each.name}: ${new URL(url).host}, ?${names.join('=…&')}=…`];
    }),
  );
  if (found.length === 0) return;
  throw new ConcError({
    code: 'lock.secret-address',
    message: 'An address that would be locked has a secret in its query, and a lock is committed',
    hint: 'Take the file from an index that asks for a user, whom ~/.netrc or a keyring knows; or download it, and keep it in the repository',
    evidence: [...new Set(found)],
    state: 'the lock is as it was',
    exit: 2,
  });
}

function secretIn(line: string): string | null {
  const [parameter] = secretParameters(line);
  if (parameter !== undefined) return `a secret in an address (?${parameter}=…): anyone who reads the file has it`;
  const [, user = '', password] = /:\/\/([^/@:\s"'<>]*)(?::([^/@\s"'<>]*))?@/.exec(line) ?? [];
  // A name alone is for netrc or a keyring; one that nobody would type is a token.
  if (password === undefined && user.length < 20) return null;
  const own = [user, password ?? ''].every((word) => word === '' || /^\$\{[A-Z0-9_]+\}$/.test(word));
  return `credentials in an address${own ? '' : ': anyone who reads the file has them'}. They are left out of the lock, and conc build doesn't look for them there: keep them in ~/.netrc, a keyring, or the environment`;
}
