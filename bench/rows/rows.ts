import type { RowMaker } from '../types.ts';
import { byteRows } from './bytes.ts';
import { deployRows, manyRows } from './deploy.ts';
import { firstRows } from './first.ts';
import { hundredRows } from './hundred.ts';
import { linkRows } from './link.ts';
import { memoryRows } from './memory.ts';
import { parseRows } from './parse.ts';
import { resumedRows } from './resumed.ts';
import { startRows } from './start.ts';
import { venvRows } from './venv.ts';

/** In the order of the page. */
export const rows: readonly RowMaker[] = [
  ...deployRows,
  ...venvRows,
  ...firstRows,
  ...byteRows,
  ...startRows,
  ...parseRows,
  ...memoryRows,
  ...linkRows,
  ...resumedRows,
  ...manyRows,
  ...hundredRows,
];
