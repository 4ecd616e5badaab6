import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { command } from '../measure/command.ts';
import type { Nodes } from './nodes.ts';

/** Where `conc` is typed: a folder with a conc.ini. */
export interface Controller {
  readonly cwd: string;
  /** How conc is started. */
  readonly argv: readonly string[];
  /** Runs it to its end, which must be a good one; what it printed. */
  readonly conc: (words: readonly string[], env?: Readonly<Record<string, string>>) => Promise<string>;
}

export async function controllerAt(cwd: string, conc: readonly string[], ini: readonly string[]): Promise<Controller> {
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'conc.ini'), `${ini.join('\n')}\n`);
  return { cwd, argv: conc, conc: (words, env = {}) => command([...conc, ...words], { cwd, env }) };
}

/** What all nodes here have: no service, one release kept besides the one that serves, and an etc tree in the root: the machine's own /etc is left alone. */
export const PLAIN: readonly string[] = [
  '[DEFAULT]',
  'app = shop',
  'python = /usr/bin/python3',
  'keep = 1',
  'workers = 4',
  'etc.root = etc',
];

/** A node that is a folder of this machine. */
export const embedded = (root: string): readonly string[] => ['[node here]', 'gateway = popen', `root = ${root}`];

/** Every node, by ssh, its root below `roots`. */
export const overSsh = ({ sshConfig, names }: Nodes, roots: string): readonly string[] =>
  names.flatMap((name, at) => [
    ...[`[node ${name}]`, `sshd.config = ${sshConfig}`, `sshd.host = ${name}`, `root = ${join(roots, name)}`],
    ...(at === 0 && names.length > 1 ? ['once = yes'] : []),
  ]);
