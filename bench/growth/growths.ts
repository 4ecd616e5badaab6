import type { GrowthMaker } from '../types.ts';

/** In the order of the page. */
export const growths: readonly GrowthMaker[] = [];
