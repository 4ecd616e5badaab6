import { ConcError } from '../errors/conc-error.ts';
import type { ReleaseRecord, SchemaChange, Survey } from './types.ts';

/**
 * Refuses to go back to a release whose code does not work with what migrations have left since: they are not undone.
 * ConcError `rollback.schema` (BLOCKED, exit 3), unless `accepted`.
 */
export function checkSchema(node: string, survey: Survey, target: ReleaseRecord, accepted: boolean): void {
  const past = survey.schemas.filter(
    (each) => numberOf(each.release) > numberOf(target.id) && !each.compatible && changed(each),
  );
  if (past.length === 0 || accepted) return;
  throw new ConcError({
    code: 'rollback.schema',
    message: `${node} is BLOCKED: the database was migrated since ${target.id}, and its code is not declared to work with that`,
    evidence: past.map(({ release, before, after }) => `${release}: ${inWords(before)} → ${inWords(after)}`),
    state: 'nothing was changed',
    hint: `where you know that it works: conc rollback ${node} ${target.id} --accept-schema`,
    exit: 3,
  });
}

const changed = ({ before, after }: SchemaChange): boolean => JSON.stringify(before) !== JSON.stringify(after);

/** Heads as migration tools name them: a name, a list of names, or one for each application. */
function inWords(heads: SchemaChange['before']): string {
  if (heads === null) return 'nothing';
  if (Array.isArray(heads)) return heads.length === 0 ? 'nothing' : heads.map(inWords).join(', ');
  if (typeof heads === 'object') {
    const each = Object.entries(heads).map(([app, head]) => `${app} ${inWords(head)}`);
    return each.length === 0 ? 'nothing' : each.join(', ');
  }
  return String(heads);
}

const numberOf = (id: string): number => Number.parseInt(id.slice(1), 10);
