import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

/**
 * Tests start conc and Python thousands of times. For them conc's sources are compiled once (kept by content, so that nothing goes
 * stale), and where a version manager's `python3` is a script that looks for the real one at each start, the real one is found first.
 */
export function quickStarts(): void {
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../../node_modules/.cache/conc-test');
  const path = process.env.PATH ?? '';
  const real = dirname(
    execFileSync('python3', ['-I', '-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }),
  );
  if (!path.split(delimiter).includes(real)) process.env.PATH = [real, path].join(delimiter);
}
