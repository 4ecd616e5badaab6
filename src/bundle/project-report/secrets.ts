import { buffer } from 'node:stream/consumers';
import type { Problem } from '../../config/types.ts';
import type { Archive } from '../wheel/archive.ts';
import { about, isAllowed } from './types.ts';

/**
 * Secrets in the application's own wheel: environment files, credentials, private keys. A bundle is copied to every node
 * and kept; whoever has it, has them. Errors, unless conc.ini allows the path by name: `allow.secrets`.
 */
export async function secretsInside({ files }: Archive, wheel: string, allowed: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const file of files) {
    const { path, size } = file;
    if (isAllowed(path, allowed)) continue;
    const what = secretName(path) ?? (size <= longestKey ? keyInside(await buffer(await file.read())) : null);
    if (what === null) continue;
    problems.push(
      about(
        path,
        'project.secret-in-wheel',
        `${what} is in ${wheel}, and would be on every node and in every copy of the bundle`,
        `Take it out of the package, and replace the secret if others have seen it. If it is none: allow.secrets = ${path}`,
        'error',
      ),
    );
  }
  return problems;
}

/** What a file is by its name alone; null: nothing that is known to hold secrets. */
export function secretName(path: string): string | null {
  const name = path.split('/').at(-1) ?? '';
  if (/^\.env(?:\.(?!example$|sample$|template$|dist$).+)?$/.test(name)) return 'an environment file';
  if (/^(?:\.netrc|\.pypirc|\.pgpass|\.git-credentials)$/.test(name)) return 'a file of passwords';
  return /^id_(?:rsa|dsa|ecdsa|ed25519)$/.test(name) ? 'a private key' : null;
}

/** A private key of 16,384 bits in PEM has 13 kB. */
const longestKey = 64 * 1024;
/** RFC 7468, and OpenSSH's own: the frame with something of a key in it. A program that merely names the frame is none. */
const pem =
  /^-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY-----\r?\n(?:[A-Za-z-]+: [^\n]*\n|\r?\n)*[A-Za-z0-9+/=]{40,}[\s\S]*?^-----END \1PRIVATE KEY-----/m;

const keyInside = (content: Buffer): string | null => (pem.test(content.toString('latin1')) ? 'a private key' : null);
