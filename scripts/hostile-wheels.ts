// Makes docs/hostile-wheels.md: what conc, pip and uv do with each wheel of the hostile corpus. Runs the newest pip of
// the differential suite's lock and .tools' uv for real, each in a venv of its own; takes some minutes.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gather } from '../src/bundle/build/gather.ts';
import { targetOf } from '../src/bundle/targets.ts';
import type { TargetSpec } from '../src/bundle/types.ts';
import { ConcError } from '../src/errors/conc-error.ts';
import type { HostileCase } from '../test/bundle/support/corpus.ts';
import { writeCorpus } from '../test/bundle/support/corpus.ts';
import { factsOf } from '../test/bundle/support/python.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
/** Where the page stands. */
const page: string = join(root, 'docs', 'hostile-wheels.md');
const uv = join(root, '.tools', 'venv', 'bin', 'uv');

/** Milliseconds: who hasn't placed a wheel by then counts as one who refuses it. */
const timeout = 120_000;

interface Row {
  readonly hostile: HostileCase;
  readonly conc: string;
  readonly pip: boolean;
  readonly uv: boolean;
}

async function makePage(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-table-'));
  try {
    const python = (await run('/usr/bin/env', ['python3', '-c', 'import sys; print(sys.executable)'])).stdout.trim();
    const target = targetOf(await factsOf(python), 'here');
    const pip = await newestPip(python);
    const fresh = join(folder, 'fresh');
    await run(python, ['-m', 'venv', '--without-pip', fresh]);
    // As a folder: from the archive, every run would compile pip anew.
    await run(python, ['-m', 'zipfile', '-e', pip, join(folder, 'pip')]);
    const rows: Row[] = [];
    for (const hostile of await writeCorpus(join(folder, 'corpus'))) {
      const wheels = hostile.wheels.map((file) => join(folder, 'corpus', hostile.name, file));
      const installs = async (installer: string, argv: readonly string[]): Promise<boolean> => {
        const venv = join(folder, `${installer}-${hostile.name}`);
        await run('cp', ['-a', fresh, venv]);
        const [program = '', ...rest] = argv.map((each) => each.replace('VENV', venv));
        return run(program, [...rest, ...wheels], { cwd: folder, timeout }).then(
          () => true,
          () => false,
        );
      };
      const byPip = [
        python,
        '-I',
        join(folder, 'pip', 'pip'),
        '--python',
        'VENV/bin/python',
        'install',
        '-q',
        '--no-index',
      ];
      const byUv = [uv, 'pip', 'install', '-q', '--python', 'VENV/bin/python', '--offline', '--no-cache'];
      const [ours, theirs, uvs] = await Promise.all([
        concSays(wheels, target, hostile.allow),
        installs('pip', [...byPip, '--no-deps', '--no-cache-dir', '--disable-pip-version-check']),
        installs('uv', [...byUv, '--no-deps']),
      ]);
      rows.push({ hostile, conc: ours, pip: theirs, uv: uvs });
    }
    const version = (await run(uv, ['--version'])).stdout.split(' ')[1] ?? '';
    return render(rows, basename(pip).split('-')[1] ?? '', version, target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function newestPip(python: string): Promise<string> {
  const argv = ['-B', '-m', 'tests.install.downloads', join(root, 'test/differential/sets/pip.txt')];
  return (await run(python, argv, { cwd: join(root, 'agent') })).stdout.trim();
}

/** Its words without the wheel's name; '': it is taken. */
async function concSays(wheels: readonly string[], target: TargetSpec, allow: readonly string[]): Promise<string> {
  try {
    const at = wheels.map((path) => ({ path, targets: [target], role: 'vendor', origin: 'registry' }) as const);
    await gather(at, [target], { allow });
    return '';
  } catch (error) {
    if (!(error instanceof ConcError)) throw error;
    return error.message.replace(/^\S+\.whl (?:is refused: |(?=can't be read))/, '').replaceAll(target.name, 'TARGET');
  }
}

function render(rows: readonly Row[], pip: string, uvVersion: string, target: TargetSpec): string {
  const hostile = rows.filter(({ hostile: { because } }) => because !== null);
  const sound = rows.filter(({ hostile: { because } }) => because === null);
  const letIn = (who: 'pip' | 'uv'): number => hostile.filter((row) => row[who]).length;
  const version = readFileSync(join(root, 'package.json'), 'utf8').match(/"version": "([^"]+)"/)?.[1] ?? '';
  return `${[
    '# Hostile wheels',
    '',
    'Made by `node_modules/.bin/node scripts/hostile-wheels.ts`, which runs all three for real. Not edited by hand.',
    '',
    `conc ${version}, pip ${pip} and uv ${uvVersion} on Python ${target.python.join('.')}: of ${hostile.length} hostile wheels conc places none, at build or on the node;`,
    `pip takes ${letIn('pip')} of them, uv ${letIn('uv')}. The same corpus (\`agent/tests/install/hostile/\`) is what the tests of both readers are held to.`,
    '',
    'Takes it: the install succeeds (exit 0). That does not say what becomes of every file in it: uv leaves out paths that lead elsewhere, both write',
    'links as plain files. pip and uv install what is on an index, whoever made it; conc decides once, at build, and can say why.',
    '',
    "| what is in it | conc's words | pip | uv |",
    '| --- | --- | --- | --- |',
    ...hostile.map(renderRow),
    '',
    `## Odd, but sound`,
    '',
    `conc places these ${sound.length}.`,
    '',
    '| what is in it | pip | uv |',
    '| --- | --- | --- |',
    ...sound.map((row) => `| ${cell(row.hostile.says)} | ${did(row.pip)} | ${did(row.uv)} |`),
  ].join('\n')}\n`;
}

const renderRow = ({ hostile, conc, pip: byPip, uv: byUv }: Row): string =>
  `| ${cell(hostile.says)} | ${conc === '' ? '**takes it**' : cell(conc)} | ${did(byPip)} | ${did(byUv)} |`;

const did = (placed: boolean): string => (placed ? '**takes it**' : 'refuses');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 200);

if (import.meta.main) writeFileSync(page, await makePage());
