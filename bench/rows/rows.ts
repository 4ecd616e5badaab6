import type { RowMaker } from '../types.ts';
import { byteRows } from './bytes.ts';
import { deployRows } from './deploy.ts';
import { startRows } from './start.ts';
import { venvRows } from './venv.ts';

/** In the order of the page. */
export const rows: readonly RowMaker[] = [...deployRows, ...venvRows, ...byteRows, ...startRows];
