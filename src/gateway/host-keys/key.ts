import { createHash } from 'node:crypto';
import type { HostKey } from './types.ts';

/** A key by its type and base64 blob. */
function hostKey(type: string, blob: string): HostKey {
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64');
  return { type, blob, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` };
}

/** A line of known_hosts: `[@marker] names type blob [comment]` (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export function parseKnownHost(
  line: string,
): { readonly marker: string | undefined; readonly key: HostKey } | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined;
  const [names, type, blob] = words;
  if (names === undefined || names.startsWith('#') || type === undefined || blob === undefined) return undefined;
  return { marker, key: hostKey(type, blob) };
}
