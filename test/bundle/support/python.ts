import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Facts } from '../../../src/gateway/types.ts';

const run = promisify(execFile);
const agent = join(dirname(fileURLToPath(import.meta.url)), '../../../agent');

/** Runs a program in Python, with a JSON value on its stdin and one from its stdout. */
export async function askPython(python: string, program: string, value: unknown, path = ''): Promise<unknown> {
  const child = run(python, ['-c', program], { env: { ...process.env, PYTHONPATH: path }, maxBuffer: 2 ** 28 });
  child.child.stdin?.end(JSON.stringify(value));
  return JSON.parse((await child).stdout);
}

/** The facts of an interpreter, by the agent's own code. */
export async function factsOf(python: string): Promise<Facts> {
  const program = 'import json; from conc_agent.facts import facts; print(json.dumps(facts()))';
  return (await askPython(python, program, null, agent)) as Facts;
}

/** Every CPython from 3.8 that this machine has: on PATH, and pyenv's. Real paths, without pyenv's shims. */
export async function pythons(): Promise<readonly string[]> {
  const root = await run('pyenv', ['root'])
    .then(({ stdout }) => stdout.trim())
    .catch(() => null);
  const program = [
    'import glob, os, subprocess, sys',
    'root = sys.argv[1]',
    'found = [os.path.join(d, n) for d in os.environ["PATH"].split(":") for n in ["python3"] + ["python3.%d" % m for m in range(8, 16)]]',
    'found = [p for p in found if os.path.exists(p) and "/shims/" not in p] + sorted(glob.glob(root + "/versions/3.*/bin/python3"))',
    'usable = lambda p: subprocess.call([p, "-c", "import sys; sys.exit(sys.version_info < (3, 8))"], stderr=subprocess.DEVNULL) == 0',
    'print("\\n".join(dict.fromkeys(os.path.realpath(p) for p in found if usable(p))))',
  ].join('\n');
  const { stdout } = await run('python3', ['-c', program, root ?? '/nonexistent']);
  return stdout.trim().split('\n');
}

/** Puts one pure distribution from the index into a folder, for PYTHONPATH. */
export async function installInto(folder: string, requirement: string): Promise<void> {
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', folder, requirement]);
}
