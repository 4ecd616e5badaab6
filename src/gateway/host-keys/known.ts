import { createHmac, randomBytes } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConcError } from '../../errors/conc-error.ts';
import { parseKnownHost } from './key.ts';
import { runSsh } from './run-ssh.ts';
import type { Effective, HostKey, HostKeys, ShownKey } from './types.ts';

/** Compares what a host shows with what ssh has recorded of it, hashed names included (ssh-keygen finds them). */
export async function compareKeys(effective: Effective, shown: readonly HostKey[]): Promise<HostKeys> {
  const lines = (await Promise.all(effective.files.map((file) => linesFor(effective.name, file)))).flat();
  const parsed = lines.flatMap((line) => parseKnownHost(line) ?? []);
  const revoked = parsed.filter(({ marker }) => marker === '@revoked').map(({ key }) => key);
  const recorded = parsed.filter(({ marker }) => marker === undefined).map(({ key }) => key);
  const stateOf = (key: HostKey): ShownKey['state'] => {
    if (revoked.some(({ blob }) => blob === key.blob)) return 'revoked';
    if (recorded.some(({ blob }) => blob === key.blob)) return 'same';
    return recorded.some(({ type }) => type === key.type) ? 'changed' : 'new';
  };
  return { effective, keys: shown.map((key) => ({ ...key, state: stateOf(key) })) };
}

/** Writes keys into the file that ssh reads first; keys that they replace are taken out of it. */
export async function recordKeys({ effective, keys }: HostKeys): Promise<void> {
  const { name, file, hashed } = effective;
  const changed = keys.some(({ state }) => state === 'changed');
  if (changed) await forget(name, file);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const before = await readFile(file, 'utf8').catch(() => '');
  const missing = keys.filter(({ state }) => changed || state === 'new');
  const lines = missing.map(({ type, blob }) => `${hashed ? hash(name) : name} ${type} ${blob}\n`);
  await appendFile(file, (before === '' || before.endsWith('\n') ? '' : '\n') + lines.join(''), { mode: 0o600 });
}

async function linesFor(name: string, file: string): Promise<string[]> {
  const { stdout } = await runSsh('ssh-keygen', ['-F', name, '-f', file]);
  return stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** ssh-keygen keeps the former file as FILE.old. */
async function forget(name: string, file: string): Promise<void> {
  const { code, stderr } = await runSsh('ssh-keygen', ['-R', name, '-f', file]);
  if (code === 0) return;
  throw new ConcError({
    code: 'trust.not-replaced',
    message: `the former key of ${name} could not be taken out of ${file}`,
    hint: 'is it recorded in another file that ssh reads, such as /etc/ssh/ssh_known_hosts? Take it out there by hand',
    evidence: stderr.trimEnd().split('\n'),
    exit: 1,
  });
}

/** `|1|salt|hash`: HMAC-SHA1 of the name, as HashKnownHosts does. */
function hash(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}
