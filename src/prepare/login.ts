import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { NodeSettings } from '../config/types.ts';
import { ConcError } from '../errors/conc-error.ts';
import { effectiveLogin } from '../gateway/host-keys/effective.ts';

/** Who deploys to a node, and the public half of the key that they log in with; null: none was found. */
export interface Login {
  readonly user: string;
  readonly key: string | null;
}

/** `keyFile`: of the public key, where a person named one. ConcError (exit 2) where that holds none. Connects to nothing. */
export async function loginOf({ name, ssh }: NodeSettings, keyFile: string | null): Promise<Login> {
  if (ssh === undefined) return { user: userInfo().username, key: null };
  const { user, keys } = await effectiveLogin(name, ssh);
  if (!/^[a-z_][a-z0-9_.-]*\$?$/i.test(user)) throw oddUser(name, user);
  if (keyFile !== null) return { user, key: publicKeyIn(await readFile(keyFile, 'utf8').catch(() => ''), keyFile) };
  for (const file of keys.map((one) => (one.endsWith('.pub') ? one : `${one}.pub`))) {
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text !== null) return { user, key: publicKeyIn(text, file) };
  }
  return { user, key: null };
}

/** sshd(8), "AUTHORIZED_KEYS FILE FORMAT": type, base64, comment. */
function publicKeyIn(text: string, file: string): string {
  const line = text.trim();
  if (/^(?:ssh|ecdsa|sk)-[\w@.-]+ [A-Za-z0-9+/]+=*(?: [^\p{Cc}]*)?$/u.test(line)) return line;
  throw new ConcError({
    code: 'prepare.no-public-key',
    message: `${file} holds no public key`,
    hint: 'it is one line, such as ssh-ed25519 AAAA… you@here: ssh-keygen -y -f KEY prints that of a private key',
    exit: 2,
  });
}

const oddUser = (node: string, user: string): ConcError =>
  new ConcError({
    code: 'prepare.user-name',
    message: `${node}: ${JSON.stringify(user)} is no name that an account could be made of`,
    hint: 'admin = NAME: letters, digits, - and _',
    exit: 2,
  });
