import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConcError } from '../errors/conc-error.ts';
import type { FileChange } from './types.ts';

/** Writes the changes: new files only where there are none, others only over the text that was read. */
export async function applyChanges(folder: string, changes: readonly FileChange[]): Promise<void> {
  const done: string[] = [];
  for (const { path, kind, text, before } of changes) {
    const full = join(folder, path);
    try {
      await mkdir(dirname(full), { recursive: true });
      if (kind === 'changed' && (await readFile(full, 'utf8')) !== before) throw new Error('it was changed meanwhile');
      await writeFile(full, text, { flag: kind === 'new' ? 'wx' : 'w' });
    } catch (cause) {
      throw new ConcError({
        code: 'init.write',
        message: `${path} can't be written: ${cause instanceof Error ? cause.message : String(cause)}`,
        state: done.length === 0 ? 'Nothing was changed' : `Written before that: ${done.join(', ')}`,
        exit: 2,
        cause,
      });
    }
    done.push(path);
  }
}
