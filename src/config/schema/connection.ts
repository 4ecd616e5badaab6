import type { KeySpec } from '../types.ts';
import { CONNECTION, NAME, WORD } from './terms.ts';

/** How a node is reached: whatever OpenSSH takes, and nothing that loosens its checks. */
export const connectionKeys: readonly KeySpec[] = [
  {
    key: 'admin',
    type: 'text',
    form: { pattern: /^(?!-)[^\s@:]+$/, words: 'a user name' },
    meaning: 'The user to log in as. Without it: whatever ssh takes.',
    ...CONNECTION,
  },
  {
    key: 'op_key',
    type: 'text',
    form: NAME,
    meaning:
      "`op_key = X` is the key file `~/.ssh/id_rsa-X`; or `id_ed25519-X`, `id_ecdsa-X` if that is the one that's there.",
    ...CONNECTION,
  },
  {
    key: 'sshd.host',
    type: 'text',
    form: { pattern: /^(?!-)[^\s@]+$/, words: 'a host name or address without a user: the user is admin' },
    meaning: "The node's host name, or an alias in ssh's config. Needed for ssh, unless there is `sshd.ip`; not both.",
    ...CONNECTION,
  },
  {
    key: 'sshd.ip',
    type: 'text',
    form: { pattern: /^(\d{1,3}(\.\d{1,3}){3}|(?=.*:)[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?)$/, words: 'an IP address' },
    meaning: "The node's address, IPv4 or IPv6.",
    ...CONNECTION,
  },
  {
    key: 'sshd.port',
    type: 'integer',
    least: 1,
    most: 65535,
    meaning: 'Without it: whatever ssh takes, mostly 22.',
    ...CONNECTION,
  },
  {
    key: 'sshd.key',
    type: 'path',
    meaning:
      "The key file, or a public key whose private half an agent holds. `~` and paths relative to conc.ini's folder are understood. Wins over `op_key`.",
    ...CONNECTION,
  },
  {
    key: 'sshd.config',
    type: 'path',
    meaning:
      "A config file for ssh instead of the user's own. `~` and paths relative to conc.ini's folder are understood.",
    ...CONNECTION,
  },
  {
    key: 'sshd.jump',
    type: 'text',
    form: WORD,
    meaning: 'Jump hosts, as `ssh -J` takes them: `user@host:port`, several with commas.',
    ...CONNECTION,
  },
  {
    key: 'sshd.options',
    type: 'lines',
    form: { pattern: /^[A-Za-z][A-Za-z0-9]*=\S.*$/, words: 'lines such as ServerAliveInterval=10' },
    meaning:
      'Further options for ssh, `Name=value` each on a line. Host keys are always checked strictly, and no agent is forwarded: these two can not be set.',
    ...CONNECTION,
  },
  {
    key: 'link.ping',
    type: 'seconds',
    default: '15',
    least: 0.1,
    most: 3600,
    meaning: 'How long the link to the node may be silent before either side asks the other whether it is there.',
    ...CONNECTION,
  },
  {
    key: 'link.lost',
    type: 'seconds',
    default: '60',
    least: 0.2,
    most: 86400,
    meaning:
      'How long the link to the node may be silent before either side regards it as lost. At least twice `link.ping`.',
    ...CONNECTION,
  },
  {
    key: 'sshd.persist',
    type: 'seconds',
    least: 0,
    most: 86400,
    meaning:
      "How long a connection stays open for conc's next command, once nobody uses it: that one needs no log-in. 0, or left out: not at all. The confirmation of a switch by `confirm.fresh` always logs in anew.",
    ...CONNECTION,
  },
];
