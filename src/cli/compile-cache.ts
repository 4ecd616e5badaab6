import { mkdirSync, statSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Keeps V8's compiled code between starts, in the user's own cache folder (XDG Base Directory Specification). Where that
 * can't be had, or others could write to it, conc starts without: what lies there is run.
 */
export function keepCompiledCode(env: NodeJS.ProcessEnv = process.env): void {
  try {
    const folder = join(cacheFolder(env), 'conc', 'compiled');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(folder);
    if (uid === process.getuid?.() && (mode & 0o022) === 0) enableCompileCache(folder);
  } catch {
    // A home that is read-only, or nobody's: nothing is lost but time.
  }
}

function cacheFolder({ XDG_CACHE_HOME: own = '' }: NodeJS.ProcessEnv): string {
  return isAbsolute(own) ? own : join(homedir(), '.cache');
}
