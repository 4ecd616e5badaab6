import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'smol-toml';
import type { ProgramResult } from '../program.ts';
import { runProgram } from '../program.ts';
import { normalizeName } from '../standards/names.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Backend, Requirements, Resolution, ResolveRequest, WheelRequest } from './backend.ts';
import { buildEnvironment } from './build-environment.ts';
import { askers, buildFailed, unresolved } from './failures.ts';
import { readReport } from './pip-report.ts';
import { lockedVersions } from './pylock.ts';

/** pip (22.2 or newer, for its report). It resolves for the interpreter that runs it, and for no other. */
export function pipBackend(env: NodeJS.ProcessEnv): Backend {
  return { name: 'pip', universal: false, resolve, install, build, findPython: async () => null };

  async function resolve(request: ResolveRequest): Promise<Resolution> {
    await using folder = await temporaryFolder();
    const work = folder.path;
    const report = join(work, 'report.json');
    const cwd = request.requirements.folder;
    const options = ['--dry-run', '--ignore-installed', '--no-input', '--progress-bar', 'off', '--report', report];
    const bound = await written(request.constraints ?? [], '-c', join(work, 'bound.txt'));
    const alone = request.alone === true ? ['--no-deps'] : [];
    const words = [...(await place(request.requirements, work)), ...bound, ...alone];
    const argv = [request.python, '-m', 'pip', 'install', ...options, ...words] as const;
    const kept = await written(formerLines(request), '-c', join(work, 'former.txt'));
    let result = await runProgram([...argv, ...kept], { cwd, env });
    // What was locked before may not fit any more: then everything is free again.
    if (result.exit !== 0 && kept.length > 0) result = await runProgram(argv, { cwd, env });
    if (result.exit !== 0) throw unresolved('pip', askers(request), failureWords(result));
    const { document, yanked } = readReport(await readFile(report, 'utf8'), `>=${request.version.join('.')}`);
    const reasons = yankReasons(result.stdout + result.stderr);
    return {
      text: stringify(document),
      yanked: yanked.map((each) => ({ ...each, reason: reasons.get(`${each.name} ${each.version}`) ?? '' })),
    };
  }

  async function install(wheels: readonly string[], to: string, python: string): Promise<void> {
    const options = [
      '--isolated',
      '--quiet',
      '--target',
      to,
      '--no-deps',
      '--no-index',
      '--no-compile',
      '--no-cache-dir',
    ];
    const { exit, stderr } = await runProgram([python, '-m', 'pip', 'install', ...options, ...wheels], {
      env: buildEnvironment(env),
    });
    if (exit !== 0) throw buildFailed('the build requirements', 'pip', stderr);
  }

  async function build({ folder, what, python, requirements, to, env: seen }: WheelRequest): Promise<void> {
    const options = [
      ...['--isolated', '--no-deps', '--no-index', '--find-links', requirements, '--wheel-dir', to],
      ...['--no-cache-dir', '--use-pep517', '--disable-pip-version-check'],
    ];
    const { exit, stdout, stderr } = await runProgram([python, '-m', 'pip', 'wheel', ...options, folder], {
      env: seen,
    });
    if (exit !== 0) throw buildFailed(what, 'pip', stdout + stderr);
  }
}

/** What is resolved, in pip's words. */
async function place({ tree, files = [], groups = [], lines = [] }: Requirements, work: string): Promise<string[]> {
  const all = [...(tree?.lines ?? []), ...groups.flatMap((group) => group.lines), ...lines];
  const extras = tree !== undefined && tree.extras.length > 0 ? `[${tree.extras.join(',')}]` : '';
  return [
    ...(tree?.lines === null ? [`.${extras}`] : []),
    ...files.flatMap((file) => ['-r', file]),
    // An empty file: pip wants something to do.
    ...(all.length > 0 || (tree !== undefined && tree.lines !== null)
      ? await written(all, '-r', join(work, 'requirements.in'), true)
      : []),
  ];
}

/** Lines as a file that an option names; none: nothing, but where an empty file is wanted. */
async function written(lines: readonly string[], option: string, file: string, empty = false): Promise<string[]> {
  if (lines.length === 0 && !empty) return [];
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return [option, file];
}

/** The former lock as constraints, without what is to be upgraded. */
function formerLines({ former, upgrade = [] }: ResolveRequest): string[] {
  if (former === null) return [];
  return lockedVersions(former)
    .filter(({ name }) => !upgrade.includes(name))
    .map(({ name, version, marker }) => `${name}==${version}${marker === null ? '' : ` ; ${marker}`}`);
}

/** From where pip says what is wrong: before that stands what it looked at. */
function failureWords({ stdout, stderr }: ProgramResult): string {
  const cause = stdout.slice(stdout.indexOf('The conflict is caused by:')).split('\n\nTo fix this')[0];
  return stdout.includes('The conflict is caused by:') ? `${stderr.trim()}\n${cause}` : stderr;
}

/** pip: … a yanked version: 'attrs' candidate (version 21.1.0 at …)⏎Reason for being yanked: … */
function yankReasons(words: string): ReadonlyMap<string, string> {
  const found = words.matchAll(
    /yanked version: '([^']+)' candidate \(version (\S+).*\n\s*Reason for being yanked: (.*)/g,
  );
  return new Map([...found].map(([, name = '', version = '', why = '']) => [`${normalizeName(name)} ${version}`, why]));
}
