import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve as resolvePath } from 'node:path';
import { stringify } from 'smol-toml';
import { runProgram } from '../program.ts';
import { normalizeName } from '../standards/names.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Backend, Requirements, Resolution, ResolveRequest, WheelRequest, Yanked } from './backend.ts';
import { buildEnvironment } from './build-environment.ts';
import { askers, buildFailed, unresolved } from './failures.ts';
import { filesOf, readDocument } from './pylock-document.ts';

/** uv, by the words that start it. It resolves for every platform and Python version at once. */
export function uvBackend(uv: readonly [string, ...string[]], env: NodeJS.ProcessEnv): Backend {
  // Interpreters come from the machine: a download in mid-build is nothing that anyone asked for.
  const resolving = { ...env, UV_PYTHON_DOWNLOADS: 'never' };
  return { name: 'uv', universal: true, resolve, install, build, findPython };

  async function resolve(request: ResolveRequest): Promise<Resolution> {
    await using folder = await temporaryFolder();
    const work = folder.path;
    const lock = join(work, 'pylock.toml');
    if (request.former !== null) await writeFile(lock, request.former);
    const options = [
      ...['--universal', '--python-version', request.version.join('.'), '--python', request.python],
      ...['--format', 'pylock.toml', '--generate-hashes', '--no-header', '--output-file', lock],
      ...(request.upgrade ?? []).flatMap((name) => ['--upgrade-package', name]),
      ...(request.alone === true ? ['--no-deps'] : []),
      ...(await written(request.constraints, '--constraints', join(work, 'constraints.txt'))),
    ];
    const sources = await place(request.requirements, work);
    const cwd = request.requirements.folder;
    const { exit, stderr } = await runProgram([...uv, 'pip', 'compile', ...sources, ...options], {
      cwd,
      env: resolving,
    });
    if (exit !== 0) throw unresolved('uv', askers(request), stderr);
    return { text: movedPaths(await readFile(lock, 'utf8'), work), yanked: readYanked(stderr) };
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

/** What is resolved, in uv's words. A source tree goes first: its extras are asked of it. */
async function place({ tree, files = [], groups = [], lines }: Requirements, work: string): Promise<string[]> {
  return [
    ...(tree === undefined ? [] : [tree.file, ...tree.extras.flatMap((name) => ['--extra', name])]),
    ...files,
    // By name, so that what [tool.uv] says of a group's packages counts.
    ...groups.flatMap(({ name }) => ['--group', name]),
    ...(await written(lines, null, join(work, 'requirements.in'))),
  ];
}

/** Lines as a file that an option, or nothing, names; no lines: nothing. */
async function written(lines: readonly string[] | undefined, option: string | null, file: string): Promise<string[]> {
  if (lines === undefined || lines.length === 0) return [];
  await writeFile(file, `${lines.join('\n')}\n`);
  return option === null ? [file] : [option, file];
}

/** Paths in a lock are relative to it; this one was made in a folder that goes away. */
function movedPaths(text: string, work: string): string {
  const document = readDocument(text, 'what uv wrote');
  const places = document.packages.flatMap((each) => [...filesOf(each), each.directory, each.vcs]);
  const local = places.filter((each) => each?.path !== undefined);
  if (local.length === 0) return text;
  for (const each of local) if (each?.path !== undefined) each.path = resolvePath(work, each.path);
  return stringify(document);
}

/** uv: warning: `attrs==21.1.0` is yanked (reason: "…"). */
function readYanked(stderr: string): Yanked[] {
  const found = stderr.matchAll(/`([A-Za-z0-9._-]+)==([^`]+)` is yanked(?: \(reason: "(.*)"\))?/g);
  return [...found].map(([, name = '', version = '', reason = '']) => ({ name: normalizeName(name), version, reason }));
}
