import { quote } from '../ops/shell.ts';
import type { Need, Wanted } from './types.ts';

/** Where releases lie, what outlives them, and the machine's own records. */
export const folderNeeds = (wanted: Wanted): Need[] => [
  ...rootNeeds(wanted),
  ...(wanted.embedded && wanted.program === null ? [] : [machineNeed(wanted)]),
];

/** Of the deploying user alone: whoever could write there could have the next change run what they like. Others may look, `service.user` among them. */
function rootNeeds({ root, user, account, embedded }: Wanted): Need[] {
  const deployer = quote(user);
  const folder = root.startsWith('~/') ? `~${user}/${quote(root.slice(2))}` : quote(root);
  const shared = account === null ? [] : [sharedNeed(`${folder}/shared`, deployer, account)];
  // A home is its user's own, and a folder below it needs nobody else.
  if (embedded || root.startsWith('~')) return shared;
  const lets = account === null ? '-perm -700' : '-perm -705';
  const need: Need = {
    id: 'root',
    what: `${root}, of ${user}`,
    why: ['root: everything of the application lies there'],
    there: [
      `folder=${folder}`,
      `[ -n "$(find "$folder" -maxdepth 0 -type d -user ${deployer} ${lets} 2>/dev/null)" ] || { ls -ld "$folder"; false; }`,
    ],
    make: [
      `folder=${folder}`,
      `as_user ${deployer} mkdir -p -- "$folder" 2>/dev/null || install -d -m 0755 "$folder"`,
      // One that is empty and root's can be given to them. Another's is left alone, and told.
      `[ -z "$(find "$folder" -maxdepth 0 -type d -uid 0 -empty)" ] || chown ${deployer}: "$folder"`,
      'owner=$(stat -c %U "$folder")',
      `[ "$owner" = ${deployer} ] || { echo "it belongs to $owner, and is left as it is: remove it, or choose another root"; false; }`,
      ...(account === null ? [] : [`as_user ${deployer} chmod u=rwx,o+rx "$folder"`]),
    ],
  };
  return [need, ...shared];
}

/** Its log folder too. Others may look: a web server reads what is static from there. */
function sharedNeed(folder: string, deployer: string, account: string): Need {
  const group = `"$(id -gn ${quote(account)})"`;
  return {
    id: 'shared',
    what: `shared/ in it, which ${account} may write to`,
    why: ['service.user: data, sockets and logs of processes'],
    there: [
      `folder=${folder}`,
      `for one in "$folder" "$folder/log"; do`,
      `  [ -n "$(find "$one" -maxdepth 0 -type d -group ${group} -perm -2775 2>/dev/null)" ] || { ls -ld "$one"; return 1; }`,
      'done',
    ],
    make: [
      `folder=${folder}`,
      `as_user ${deployer} mkdir -p -- "$folder/log"`,
      `as_user ${deployer} chgrp -- ${group} "$folder" "$folder/log"`,
      `as_user ${deployer} chmod u=rwx,g=rwxs,o=rx "$folder" "$folder/log"`,
    ],
  };
}

/** Which application owns which file of the machine, one lock for all of them, and what was prepared. */
const machineNeed = ({ app }: Wanted): Need => ({
  id: 'machine',
  what: '/var/lib/conc, of root',
  why: [`the machine's record of what is whose, ${app}'s among it`],
  there: ['[ -n "$(find /var/lib/conc -maxdepth 0 -type d -uid 0 ! -perm /022)" ] && [ -d /var/lib/conc/owners ]'],
  make: ['install -d -o root -g root -m 0755 /var/lib/conc /var/lib/conc/owners'],
});
