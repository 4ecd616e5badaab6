import { runProgram } from '../bundle/program.ts';
import { satisfies } from '../bundle/standards/specifier.ts';
import { ConcError } from '../errors/conc-error.ts';

/** As `python` of a node on this machine: `python3` where the project's requires-python allows it, else one that fits. ConcError `init.no-python`. */
export async function choosePython(requires: string | null, env: NodeJS.ProcessEnv): Promise<string> {
  const newest = Array.from({ length: 23 }, (_, at) => `python3.${30 - at}`);
  for (const command of ['python3', ...newest]) {
    const version = await versionOf(command, env);
    if (version !== null && (requires === null || satisfies(version, requires) !== false)) return command;
  }
  const uv = ['uv', 'python', 'find', '--no-project', requires ?? '>=3.8'] as const;
  const { exit, stdout } = await runProgram(uv, { env: { ...env, UV_PYTHON_DOWNLOADS: 'never' } });
  if (exit === 0) return stdout.trim();
  throw new ConcError({
    code: 'init.no-python',
    message: `The project needs Python ${requires ?? '3.8 or newer'}, and none on this machine fits`,
    hint: 'Install one, or correct requires-python in pyproject.toml',
    exit: 2,
  });
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  const { exit, stdout } = await runProgram([command, '-I', '-c', 'import platform as p; print(p.python_version())'], {
    env,
  });
  return exit === 0 && /^3\.([89]|\d\d)\./.test(stdout) ? stdout.trim() : null;
}
