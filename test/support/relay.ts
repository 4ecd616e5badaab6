import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('relay.py', import.meta.url));

/** What a link does: forwards, at once or late; nothing any more, while the connection stays; ends. */
export type Link = 'pass' | `delay ${number}` | 'freeze' | 'cut';

/** A relay between ssh and sshd, in ssh's own ProxyCommand: it ends with ssh. */
export interface Relay {
  /** For `sshd.options`. */
  readonly option: string;
  /** From now on, for connections that are there and for new ones. */
  becomes(link: Link): void;
}

/** `file` is the relay's own, and says what the link does. */
export function relayBy(file: string): Relay {
  const becomes = (link: Link): void => {
    // At one instant: the relay reads it all the time.
    writeFileSync(`${file}.new`, link);
    renameSync(`${file}.new`, file);
  };
  becomes('pass');
  return { option: `ProxyCommand=/usr/bin/python3 ${program} %h %p ${file}`, becomes };
}
