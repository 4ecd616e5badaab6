import { accountNeeds, userNeeds } from './accounts.ts';
import { folderNeeds } from './folders.ts';
import { lingerNeed } from './linger.ts';
import { packagesNeed } from './packages.ts';
import { sudoNeeds } from './sudo.ts';
import { NEED_IDS, type Need, type Wanted } from './types.ts';

/** Pure: what a bare Debian or Ubuntu machine needs to be deployed to, in the order in which it is done. */
export const needsOf = (wanted: Wanted): readonly Need[] =>
  [
    ...packagesNeed(wanted),
    ...accountNeeds(wanted),
    ...userNeeds(wanted),
    ...folderNeeds(wanted),
    ...sudoNeeds(wanted),
    ...lingerNeed(wanted),
  ].toSorted((a, b) => NEED_IDS.indexOf(a.id) - NEED_IDS.indexOf(b.id));
