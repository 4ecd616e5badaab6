import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PYTHON = join(import.meta.dirname, '..', '..', '.tools', 'venv', 'bin', 'python3');

/** Source distributions of a requirements file with hashes, by pip, downloaded once: their paths in `~/.cache/conc-test/sdists`. */
export async function sdists(requirements: string): Promise<string[]> {
  const identity = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'conc-test', 'sdists');
  const folder = join(cache, identity);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const aside = await mkdtemp(join(cache, '.'));
    try {
      const options = [
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--no-binary',
        ':all:',
        '--require-hashes',
      ];
      await run(PYTHON, ['-m', 'pip', 'download', ...options, '-d', aside, '-r', requirements]);
      // Another test may have been quicker.
      await rename(aside, folder).catch(() => {});
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
  return (await readdir(folder)).map((file) => join(folder, file));
}
