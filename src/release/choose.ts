import { ConcError } from '../errors/conc-error.ts';
import type { ReleaseRecord, Survey } from './types.ts';

/**
 * The release that a rollback goes to: the named one (an id, or its beginning such as `r41`), else the newest proven one that is
 * older than the current. Never an unproven or failed one.
 * @throws ConcError exit 2 for a name that matches none or several; exit 1 where there is nothing to go back to
 */
export function chooseRollback(node: string, survey: Survey, named: string | undefined): ReleaseRecord {
  const { current } = survey;
  const proven = survey.releases.filter(({ state, complete, id }) => state === 'proven' && complete && id !== current);
  if (named !== undefined) return chooseNamed(node, survey, named);
  const older = proven.filter(({ id }) => current === null || numberOf(id) < numberOf(current));
  const target = older.toSorted((a, b) => numberOf(b.id) - numberOf(a.id))[0];
  if (target !== undefined) return target;
  throw new ConcError({
    code: 'rollback.none',
    message: `${node} has no proven release older than ${current ?? 'the current one: none serves'}`,
    state: 'nothing was changed',
    hint:
      proven.length === 0
        ? `see what is there: conc releases ${node}`
        : `name one: conc rollback ${node} ${proven.map(({ id }) => id).join(' | ')}`,
    exit: 1,
  });
}

function chooseNamed(node: string, survey: Survey, named: string): ReleaseRecord {
  const matching = survey.releases.filter(({ id }) => isNamed(id, named));
  const [only] = matching;
  const known = survey.releases.map(({ id, state }) => `${id} (${state})`).join(', ') || 'none';
  if (only === undefined || matching.length > 1) {
    throw new ConcError({
      code: 'rollback.unknown-release',
      message: `${node} has ${matching.length === 0 ? 'no' : 'more than one'} release ${named}. Releases are: ${known}`,
      hint: `see them: conc releases ${node}`,
      exit: 2,
    });
  }
  if (only.state !== 'proven' || !only.complete) {
    throw new ConcError({
      code: 'rollback.not-proven',
      message: `${only.id} is ${only.complete ? only.state : 'not complete'}: a rollback goes to proven releases only. Releases are: ${known}`,
      state: 'nothing was changed',
      hint: 'to bring it into service, deploy its bundle again: conc deploy --bundle FILE',
      exit: 1,
    });
  }
  return only;
}

/** Does a person mean this release: by its id, its number (`r41`) or its digits? */
export const isNamed = (id: string, named: string): boolean =>
  id === named || id.startsWith(`${named}-`) || id.endsWith(`-${named}`);

/** The running number of a release id: 42 of `r42-c21e88b0`. */
const numberOf = (id: string): number => Number.parseInt(id.slice(1), 10);
