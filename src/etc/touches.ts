import type { EtcPlan } from './types.ts';

/** Files by which a machine is reached, or its users let in. Whoever changes one may lock people out, conc too. */
const ways: readonly (readonly [what: string, paths: RegExp])[] = [
  ['ssh', /^ssh\//],
  ['users', /^(?:passwd|group|shadow|gshadow|login\.defs|nsswitch\.conf|pam\.d\/|security\/)/],
  ['sudo', /^sudoers/],
  ['firewall', /^(?:nftables|iptables\/|ufw\/|hosts\.(?:allow|deny)$)/],
  ['network', /^(?:network\/|netplan\/|systemd\/network\/|resolv\.conf$|hosts$)/],
];

/** What of the way into the machine a plan may change; for the machine's own /etc. */
export const touchedByTree = ({ root, entries }: EtcPlan): readonly string[] =>
  root !== '/etc'
    ? []
    : ways
        .filter(([, paths]) =>
          entries.some(({ path, action }) => !['same', 'left', 'blocked'].includes(action) && paths.test(path)),
        )
        .map(([what]) => what);
