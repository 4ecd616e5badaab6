import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './keyring.ts';

/** What `$NETRC` or `~/.netrc` has for an address's machine, or by default; null: nothing. */
export async function netrcCredentials(url: URL, env: NodeJS.ProcessEnv): Promise<Credentials | null> {
  const text = await readFile(env.NETRC ?? join(env.HOME ?? homedir(), '.netrc'), 'utf8').catch(() => '');
  const found = parseNetrc(text).find(({ machine }) => machine === null || machine === url.hostname);
  return found === undefined ? null : { user: found.login, password: found.password };
}

interface NetrcEntry {
  /** null: `default`, for every machine. */
  readonly machine: string | null;
  readonly login: string;
  readonly password: string;
}

/** netrc(5), without macros. */
export function parseNetrc(text: string): readonly NetrcEntry[] {
  const words = text.replaceAll(/^\s*#.*$/gm, '').match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const values = words.map((word) => (word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, '$1') : word));
  const entries: { machine: string | null; login: string; password: string }[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const last = entries.at(-1);
    if (values[at] === 'default') entries.push({ machine: null, login: '', password: '' });
    else if (values[at] === 'machine') entries.push({ machine: values[++at] ?? '', login: '', password: '' });
    else if (values[at] === 'login' && last !== undefined) last.login = values[++at] ?? '';
    else if (values[at] === 'password' && last !== undefined) last.password = values[++at] ?? '';
  }
  return entries;
}
