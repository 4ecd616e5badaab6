import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { command } from './command.ts';

/** What a reader needs to know of the machine, in plain words. */
export type Machine = Readonly<Record<'processors' | 'memory' | 'kernel' | 'distribution' | 'file systems', string>>;

/** `places`: where the work lies, by what it is called. */
export async function describeMachine(places: Readonly<Record<string, string>>): Promise<Machine> {
  const [first] = cpus();
  const found = Object.entries(places).map(async ([name, folder]) => `${name}: ${await fileSystemOf(folder)}`);
  return {
    processors: `${cpus().length} × ${first?.model.trim() ?? 'a processor'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `${process.platform} ${release()}`,
    distribution: await distribution(),
    'file systems': (await Promise.all(found)).join('; '),
  };
}

/** `ext4 (rw,relatime)`, as findmnt(8) tells. */
async function fileSystemOf(folder: string): Promise<string> {
  const said = await command(['findmnt', '--noheadings', '--output', 'FSTYPE,OPTIONS', '--target', folder]);
  const [type = '', options = ''] = said.trim().split(/\s+/);
  return `${type} (${options})`;
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? 'not known';
}
