import { isAbsolute, normalize, relative, resolve } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { withoutCredentials } from '../fetch/scrub.ts';
import type { PylockDocument, PylockPackage } from './pylock-document.ts';
import { filesOf } from './pylock-document.ts';

/**
 * A resolver's result as the project can keep it: its own source tree (also a copy, in which its backend was asked) is
 * left out, and paths are told from the project's folder. ConcError `lock.not-from-index`, `lock.outside` name everything
 * that nobody else could get, at once.
 */
export function withoutOwnTree(document: PylockDocument, project: string, copy: string): PylockDocument {
  const own = [project, copy];
  const packages = document.packages.filter(({ directory }) => {
    return directory?.path === undefined || !own.includes(resolve(project, directory.path));
  });
  for (const file of packages.flatMap(filesOf))
    if (file.path !== undefined) file.path = relative(project, resolve(project, file.path));
  return { ...document, packages };
}

/** Refuses what has no content that a lock could name: folders, editable or not, and repositories. */
export function refuseLocal(packages: readonly PylockPackage[], file: string): void {
  const found = packages.flatMap((each) => placeOf(each) ?? []);
  if (found.length === 0) return;
  throw new ConcError({
    code: 'lock.not-from-index',
    message: `${found.map(({ name }) => name).join(', ')}: taken from a folder or a repository; ${file} can't say what the content will be`,
    hint: 'Publish it to an index, or name a released version of it',
    evidence: found.map(({ name, place }) => `${name}: ${withoutCredentials(place)}`),
    exit: 2,
  });
}

/** Refuses files that lie outside of the project: nobody else has that folder. */
export function refuseOutside({ packages }: PylockDocument): void {
  const files = packages.flatMap((each) => filesOf(each).map(({ path }) => ({ name: each.name, path })));
  const outside = files.filter(({ path }) => path !== undefined && isOutside(path));
  if (outside.length === 0) return;
  throw new ConcError({
    code: 'lock.outside',
    message: `${outside.map(({ name }) => name).join(', ')}: taken from outside of the project, where nobody else has it`,
    hint: 'Keep it in the repository: conc lock --vendor. Or lock it from an index',
    evidence: outside.map(({ name, path }) => `${name}: ${path}`),
    exit: 2,
  });
}

export const isOutside = (path: string): boolean => isAbsolute(path) || normalize(path).startsWith('..');

function placeOf({ name, version, directory, vcs }: PylockPackage): { name: string; place: string } | null {
  if (vcs !== undefined) return { name, place: `${vcs.type ?? 'a'} repository ${vcs.url ?? vcs.path ?? ''}` };
  if (directory !== undefined)
    return { name, place: `folder ${directory.path ?? ''}${directory.editable === true ? ', editable' : ''}` };
  return version === undefined ? { name, place: 'no version' } : null;
}
