import { quote } from '../ops/shell.ts';
import type { Need, Wanted } from './types.ts';

/** A manager of the user's own, which is there without a login: loginctl(1), enable-linger. */
export function lingerNeed({ manager, user }: Wanted): Need[] {
  if (manager !== 'user') return [];
  const name = quote(user);
  return [
    {
      id: 'linger',
      what: `the service manager of ${user} runs without a login`,
      why: ['service = systemd'],
      there: [`[ -e /var/lib/systemd/linger/${name} ]`],
      make: [`loginctl enable-linger ${name}`, `systemctl start "user@$(id -u ${name}).service"`],
    },
  ];
}
