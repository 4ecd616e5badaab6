import { ConcError } from '../../errors/conc-error.ts';
import { runProgram } from '../program.ts';
import type { Backend } from './backend.ts';
import { pipBackend } from './pip.ts';
import { uvBackend } from './uv.ts';

/** uv where it is installed (on PATH, or as a module of `python`), else pip. ConcError `lock.no-backend`. */
export async function findBackend(python: string, env: NodeJS.ProcessEnv): Promise<Backend> {
  for (const argv of [['uv'], [python, '-m', 'uv']] as const) {
    const { exit } = await runProgram([...argv, '--version'], { env });
    if (exit === 0) return uvBackend(argv, env);
  }
  const { exit } = await runProgram([python, '-m', 'pip', '--version'], { env });
  if (exit === 0) return pipBackend(env);
  throw new ConcError({
    code: 'lock.no-backend',
    message: `There is neither uv nor pip for ${python} on this machine: something has to resolve and build`,
    hint: 'Install uv, or pip (on Debian: apt install python3-pip)',
    exit: 2,
  });
}
