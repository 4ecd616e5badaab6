import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../program.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Backend, Requirements, ResolveRequest, WheelRequest } from './backend.ts';
import { buildEnvironment } from './build-environment.ts';
import { buildFailed, unresolved } from './failures.ts';

/** uv, by the words that start it. It resolves for every platform and Python version at once. */
export function uvBackend(uv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Backend {
  // Interpreters come from the machine: a download in mid-build is nothing that anyone asked for.
  const resolving = { ...env, UV_PYTHON_DOWNLOADS: 'never' };
  return { name: 'uv', universal: true, resolve, install, build, findPython };

  async function resolve(request: ResolveRequest): Promise<string> {
    await using folder = await temporaryFolder();
    const work = folder.path;
    const lock = join(work, 'pylock.toml');
    if (request.former !== null) await writeFile(lock, request.former);
    const { cwd, file } = await place(request.requirements, work);
    const options = [
      ...['--universal', '--python-version', request.version.join('.'), '--python', request.python],
      ...['--format', 'pylock.toml', '--generate-hashes', '--no-header', '--output-file', lock],
    ];
    const { exit, stderr } = await runProgram([...uv, 'pip', 'compile', file, ...options], { cwd, env: resolving });
    if (exit !== 0) throw unresolved('uv', request.what, stderr);
    return await readFile(lock, 'utf8');
  }

  async function install(wheels: readonly string[], to: string, python: string): Promise<void> {
    const options = [
      '--target',
      to,
      '--python',
      python,
      '--no-deps',
      '--offline',
      '--no-index',
      '--no-config',
      '--no-cache',
    ];
    const { exit, stderr } = await runProgram([...uv, 'pip', 'install', ...options, ...wheels], {
      env: buildEnvironment(env),
    });
    if (exit !== 0) throw buildFailed('the build requirements', 'uv', stderr);
  }

  async function build({ folder, what, python, requirements, to, env: seen }: WheelRequest): Promise<void> {
    const options = [
      ...['--wheel', '--out-dir', to, '--python', python, '--find-links', requirements],
      // uv has a backend of its own built in; the locked one is used, so that the version of uv doesn't matter.
      ...['--offline', '--no-index', '--no-config', '--no-cache', '--no-create-gitignore', '--force-pep517'],
    ];
    const { exit, stdout, stderr } = await runProgram([...uv, 'build', ...options, folder], {
      env: seen,
    });
    if (exit !== 0) throw buildFailed(what, 'uv', stdout + stderr);
  }

  async function findPython(version: string): Promise<string | null> {
    const { exit, stdout } = await runProgram([...uv, 'python', 'find', '--no-project', version], { env: resolving });
    return exit === 0 ? stdout.trim() : null;
  }
}

async function place(requirements: Requirements, work: string): Promise<{ cwd: string; file: string }> {
  if (requirements.kind !== 'lines') return { cwd: requirements.folder, file: requirements.file };
  const file = join(work, 'requirements.in');
  await writeFile(file, `${requirements.lines.join('\n')}\n`);
  return { cwd: work, file };
}
