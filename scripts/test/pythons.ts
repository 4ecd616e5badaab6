import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

const OLDEST = 8;
const NEWEST = 30;
const DESCRIBE = 'import sys; print("%d.%d.%d" % sys.version_info[:3], sys.executable)';

export interface Python {
  /** `3.11.2`. */
  readonly version: string;
  /** Absolute. */
  readonly executable: string;
}

/** Of every Python 3.8 or newer that this machine has one 3.x each, oldest first: the distribution's own, where there are two. */
export async function findPythons(): Promise<Python[]> {
  const found = new Map<number, Python>();
  for (const candidate of ['/usr/bin/python3', 'python3', ...numbered(), ...(await pyenv())]) {
    const python = await describe(candidate);
    if (python !== undefined && minor(python) >= OLDEST && !found.has(minor(python))) found.set(minor(python), python);
  }
  return [...found.values()].sort((a, b) => minor(a) - minor(b));
}

function numbered(): string[] {
  return Array.from({ length: NEWEST - OLDEST }, (_, index) => `python3.${OLDEST + index}`);
}

async function pyenv(): Promise<string[]> {
  try {
    const { stdout } = await run('pyenv', ['root']);
    return globSync(`${stdout.trim()}/versions/3.*/bin/python3`);
  } catch {
    return [];
  }
}

async function describe(candidate: string): Promise<Python | undefined> {
  try {
    const { stdout } = await run(candidate, ['-I', '-c', DESCRIBE]);
    const [, version, executable] = /^(3\.\d+\.\d+) (.+)$/m.exec(stdout) ?? [];
    return version === undefined || executable === undefined ? undefined : { version, executable };
  } catch {
    return undefined;
  }
}

function minor({ version }: Python): number {
  return Number(version.split('.')[1]);
}
