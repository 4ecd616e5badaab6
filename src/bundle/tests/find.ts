import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ConcError } from '../../errors/conc-error.ts';
import { AGENT_FOLDER } from '../../gateway/agent-sources.ts';
import type { SuiteEntry } from '../types.ts';

const foundSchema = z.object({
  suites: z.array(
    z.object({
      path: z.string(),
      module: z.string(),
      framework: z.enum(['unittest', 'pytest']),
      level: z.enum(['unit', 'integration', 'migration', 'functional', 'load', 'monitoring', 'node']),
      where: z.enum(['near', 'release', 'node']),
      sudo: z.boolean(),
    }),
  ),
});

/** The program that parses: beside `src/` in the repo, and beside `dist/` in the package. */
const program = join(AGENT_FOLDER, '..', 'conc_suites');

/** Which of these Python files are suites, by Python's own `ast`: nothing is imported. ConcError `build.python`. */
export async function findSuites(
  python: string,
  files: Readonly<Record<string, string>>,
): Promise<readonly Omit<SuiteEntry, 'from'>[]> {
  if (Object.keys(files).length === 0) return [];
  const child = spawn(python, ['-I', '-B', program], { stdio: 'pipe' });
  const ended = new Promise<string | null>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (exit) => resolve(exit === 0 ? null : `it ended with ${exit}`));
  });
  // A program that ends early is told by how it ended, not by the pipe that it left.
  child.stdin.on('error', () => {}).end(JSON.stringify(files));
  const [stdout, stderr, failure] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (failure === null) return foundSchema.parse(JSON.parse(stdout)).suites;
  throw new ConcError({
    code: 'build.python',
    message: `${python} could not look for test suites: ${failure}`,
    hint: 'conc needs Python 3.8 or newer on this machine',
    evidence: stderr.trim().split('\n').filter(Boolean).slice(-3),
    exit: 2,
  });
}
