import type { Problem } from '../config/types.ts';

/** A mistake in a file of the tree, as conc tells those of conc.ini. `line` 0: of the file as a whole. */
export const fault = (code: string, file: string, line: number, message: string, hint?: string): Problem => ({
  ...{ code, level: 'error', source: { file, line, section: '' }, message },
  ...(hint === undefined ? {} : { hint }),
});
