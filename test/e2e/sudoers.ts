import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.ts';
import { settingsOf } from '../../src/config/settings.ts';
import type { NodeSettings } from '../../src/config/types.ts';
import type { TestNode } from '../nodes/node.ts';

/** Makes these the only rules that sudo has for the user on the node, whole lines of sudoers(5); they must be valid. */
export async function setSudoers(node: TestNode, rules: string): Promise<void> {
  const script = `gpasswd -d ${node.user} sudo >/dev/null 2>&1; cat >/etc/sudoers.d/rules && chmod 440 /etc/sudoers.d/rules && visudo -cq`;
  await node.exec(['sh', '-c', script], { input: `${rules}\n` });
}

/** PAM waits for 2 s after each wrong password, elsewhere. */
export const answerAtOnce = (node: TestNode): Promise<unknown> =>
  node.exec(['sed', '-i', 's/pam_unix.so nullok/& nodelay/', '/etc/pam.d/common-auth']);

/** The `[node NAME]` of conc.ini for a booted node. */
export const nodeSection = (node: TestNode, name: string, more: readonly string[] = []): string =>
  [
    `[node ${name}]`,
    'python = /usr/bin/python3',
    'root = ~/kettle',
    `sshd.host = ${node.host}`,
    `sshd.config = ${node.sshConfig}`,
    ...more,
  ].join('\n');

/** The settings of a booted node, as a conc.ini would give them. */
export async function settingsFor(node: TestNode, name: string): Promise<NodeSettings> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-sudo-'));
  try {
    const ini = join(folder, 'conc.ini');
    await writeFile(ini, `[DEFAULT]\napp = kettle\n\n${nodeSection(node, name)}\n`);
    return settingsOf(loadConfig(ini), name);
  } finally {
    await rm(folder, { recursive: true });
  }
}
