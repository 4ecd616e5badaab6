import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { runProgram } from '../program.ts';
import { normalizeName } from '../standards/names.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { Backend, Requirements, ResolveRequest, WheelRequest } from './backend.ts';
import { buildEnvironment } from './build-environment.ts';
import { buildFailed, unresolved } from './failures.ts';
import { parsePylock } from './pylock.ts';
import type { ResolvedPackage } from './write-pylock.ts';
import { formatPylock } from './write-pylock.ts';

/** pip (22.2 or newer, for its report). It resolves for the interpreter that runs it, and for no other. */
export function pipBackend(env: NodeJS.ProcessEnv): Backend {
  return { name: 'pip', universal: false, resolve, install, build, findPython: async () => null };

  async function resolve(request: ResolveRequest): Promise<string> {
    await using folder = await temporaryFolder();
    const work = folder.path;
    const report = join(work, 'report.json');
    const { cwd, words } = await place(request.requirements, work);
    const options = ['--dry-run', '--ignore-installed', '--quiet', '--no-input', '--report', report];
    const argv = [request.python, '-m', 'pip', 'install', ...options] as const;
    const kept = await constraints(request.former, work);
    let result = await runProgram([...argv, ...kept, ...words], { cwd, env });
    // What was locked before may not fit any more: then everything is free again.
    if (result.exit !== 0 && kept.length > 0) result = await runProgram([...argv, ...words], { cwd, env });
    if (result.exit !== 0) throw unresolved('pip', request.what, result.stderr);
    return formatPylock(readReport(await readFile(report, 'utf8')), `>=${request.version.join('.')}`);
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

async function place(requirements: Requirements, work: string): Promise<{ cwd: string; words: readonly string[] }> {
  if (requirements.kind === 'file') return { cwd: requirements.folder, words: ['-r', requirements.file] };
  if (requirements.kind === 'project' && requirements.lines === null) return { cwd: requirements.folder, words: ['.'] };
  const file = join(work, 'requirements.in');
  await writeFile(file, `${(requirements.lines ?? []).join('\n')}\n`);
  return { cwd: requirements.kind === 'project' ? requirements.folder : work, words: ['-r', file] };
}

async function constraints(former: string | null, work: string): Promise<readonly string[]> {
  if (former === null) return [];
  const lines = parsePylock(former, 'the former lock').packages.map(({ name, version }) => `${name}==${version}`);
  const file = join(work, 'constraints.txt');
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-c', file];
}

const reportSchema = z.object({
  install: z.array(
    z.object({
      download_info: z.object({
        url: z.string(),
        archive_info: z
          .object({ hash: z.string().optional(), hashes: z.object({ sha256: z.string().optional() }).optional() })
          .optional(),
        dir_info: z.unknown().optional(),
      }),
      metadata: z.object({ name: z.string(), version: z.string(), requires_python: z.string().optional() }),
    }),
  ),
});

/** pip's installation report (its version 1). The project itself, a folder, is left out. */
function readReport(text: string): ResolvedPackage[] {
  const { install } = reportSchema.parse(JSON.parse(text));
  return install
    .filter(({ download_info: { dir_info } }) => dir_info === undefined)
    .map(({ download_info: { url, archive_info: archive }, metadata }) => ({
      name: normalizeName(metadata.name),
      version: metadata.version,
      requiresPython: metadata.requires_python ?? null,
      url,
      sha256: archive?.hashes?.sha256 ?? archive?.hash?.replace(/^sha256=/, '') ?? '',
    }));
}
