import type { SshSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';

/** ssh's options that take a value (ssh(1), OpenSSH 8.4 to 10). */
const WITH_VALUE = 'BbcDEeFIiJLlmOoPpQRSWw';
/** What a script may not ask for: credentials or displays lent to the far end, and all that leaves no pipe to Python. */
const REFUSED: Readonly<Record<string, string>> = {
  A: 'agent forwarding',
  K: 'forwarding of GSSAPI credentials',
  X: 'X11 forwarding',
  Y: 'X11 forwarding',
  w: 'tunnels',
  W: 'standard input that goes elsewhere',
  N: 'a login without a command',
  f: 'ssh in the background',
  n: 'a closed standard input',
  s: 'a subsystem',
  t: 'a terminal',
  G: 'printing its settings',
  O: 'control commands',
  Q: 'queries',
  V: 'printing its version',
};

/**
 * What a command line of ssh says of host, port, user, key, config and jump host: for messages, and to compare it with
 * nodes. It is run as it was written. Options may stand before and after the host; what follows these belongs to the command.
 */
export function readSshWords(words: readonly string[]): SshSettings {
  const values = new Map<string, string>();
  let host: string | undefined;
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') host ??= left.shift();
    else if (word.startsWith('-') && word.length > 1) readCluster(word, left, values);
    else if (host === undefined) host = word;
    else break;
  }
  if (host === undefined) throw wrong(`ssh=${words.join(' ')} names no host`);
  const { user, address, port } = readDestination(host);
  return {
    host: address,
    port: Number(values.get('p') ?? port) || undefined,
    user: user ?? values.get('l'),
    key: values.get('i'),
    config: values.get('F'),
    jump: values.get('J'),
    options: [],
  };
}

/** `-Cp 2222`, `-p2222`: flags, of which the last may take the rest of the word or the next one. */
function readCluster(word: string, left: string[], values: Map<string, string>): void {
  for (const [index, flag] of [...word].entries()) {
    if (index === 0) continue;
    const refused = REFUSED[flag];
    if (refused !== undefined) throw wrong(`ssh=… has -${flag}: conc has no ${refused} on a gateway`);
    if (!WITH_VALUE.includes(flag)) continue;
    const value = word.slice(index + 1) || left.shift();
    if (value === undefined) throw wrong(`ssh=… has -${flag} without its value`);
    if (!values.has(flag)) values.set(flag, value);
    return;
  }
}

/** `[user@]host` or `ssh://[user@]host[:port]`. */
function readDestination(text: string): { user: string | undefined; address: string; port: string | undefined } {
  const url = text.startsWith('ssh://');
  const plain = url ? text.slice('ssh://'.length) : text;
  const at = plain.lastIndexOf('@');
  const behind = plain.slice(at + 1);
  const withPort = url ? /^(.*):(\d+)$/.exec(behind) : null;
  return {
    user: at === -1 ? undefined : plain.slice(0, at),
    address: withPort?.[1] ?? behind,
    port: withPort?.[2],
  };
}

function wrong(message: string): ConcError {
  return new ConcError({ code: 'run.ssh', message, hint: 'write ssh=OPTIONS HOST as for ssh itself', exit: 2 });
}
