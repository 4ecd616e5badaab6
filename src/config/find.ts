import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';

/** The absolute path of the file that `--config` names, or of the nearest `conc.ini` in `cwd` or above. Exit 2 if there is none. */
export function findConfig(cwd: string, explicit?: string): string {
  if (explicit !== undefined) {
    const file = resolve(cwd, explicit);
    if (isFile(file)) return file;
    throw notFound(`There is no file ${explicit}`, 'Check the path that was given with --config');
  }
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const file = join(folder, 'conc.ini');
    if (isFile(file)) return file;
    if (folder === dirname(folder)) break;
  }
  throw notFound(
    `There is no conc.ini in ${resolve(cwd)}, nor in a folder above it`,
    'conc init makes one; --config FILE names another',
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function notFound(message: string, hint: string): ConcError {
  return new ConcError({ code: 'config.not-found', message, hint, exit: 2 });
}
