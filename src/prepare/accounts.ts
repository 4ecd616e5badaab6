import { quote } from '../ops/shell.ts';
import type { Need, Wanted } from './types.ts';

/** The account that processes run as: no home, no shell, no password. */
export function accountNeeds({ account, user }: Wanted): Need[] {
  if (account === null) return [];
  const [name, deployer] = [quote(account), quote(user)];
  return [
    {
      id: 'account',
      what: `the system account ${account}`,
      why: ['service.user: processes run as it'],
      there: [`id -u ${name}`],
      make: [`useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin ${name}`],
    },
    {
      id: 'group',
      what: `${user} in the group of ${account}`,
      why: ['service.user: both write to shared/'],
      there: [`id -Gn ${deployer} | tr ' ' '\\n' | grep -qxF -- "$(id -gn ${name})"`],
      make: [`usermod --append --groups "$(id -gn ${name})" ${deployer}`],
    },
  ];
}

/** Who deploys: an ordinary user, whose password is locked, as that of each account that useradd(8) makes. */
export function userNeeds({ user, key, embedded }: Wanted): Need[] {
  if (embedded) return [];
  const name = quote(user);
  const needs: Need[] = [
    {
      id: 'user',
      what: `the user ${user}`,
      why: ['admin: who deploys, by key alone'],
      there: [`id -u ${name}`],
      make: [`useradd --create-home --shell /bin/bash ${name}`],
    },
  ];
  return key === null ? needs : [...needs, keyNeed(name, key)];
}

/** A last line without an end gets one first. */
const APPEND =
  'umask 077; mkdir -p ~/.ssh && cd ~/.ssh && { [ -z "$(tail -c 1 authorized_keys 2>/dev/null)" ] || echo; cat; } >>authorized_keys';

/** As that user: root follows no link in a folder that is somebody else's. */
const keyNeed = (user: string, key: string): Need => ({
  id: 'key',
  what: 'the public key that who deploys logs in with',
  why: [key.split(' ').slice(2).join(' ') || 'op_key, sshd.key or --key'],
  there: [`key=${quote(key)}`, `as_user ${user} sh -c 'cat ~/.ssh/authorized_keys' 2>/dev/null | grep -qxF -- "$key"`],
  make: [`key=${quote(key)}`, `printf '%s\\n' "$key" | as_user ${user} sh -c '${APPEND}'`],
});
