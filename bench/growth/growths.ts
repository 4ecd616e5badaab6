import type { GrowthMaker } from '../types.ts';
import { historyGrowth } from './history.ts';
import { iniGrowth } from './ini.ts';
import { releasesGrowth } from './releases.ts';
import { filesGrowth, wheelsGrowth } from './vendors.ts';

/** In the order of the page. */
export const growths: readonly GrowthMaker[] = [filesGrowth, wheelsGrowth, releasesGrowth, historyGrowth, iniGrowth];
