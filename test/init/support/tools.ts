import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const uv = fileURLToPath(new URL('../../../.tools/venv/bin/uv', import.meta.url));

/** The tools that Python projects are begun with, in a venv of their own, and a home of their own to write into. */
export interface Tools extends AsyncDisposable {
  /** A folder for projects. */
  readonly folder: string;
  /** For conc: the machine's own interpreters, and uv. */
  readonly env: NodeJS.ProcessEnv;
  /** Calls one of the tools as a person would. */
  readonly use: (cwd: string, argv: readonly [string, ...string[]], input?: string) => Promise<void>;
}

export async function installTools(distributions: readonly string[]): Promise<Tools> {
  const place = await mkdtemp(join(tmpdir(), 'conc-init-'));
  const [venv, home, folder] = [join(place, 'tools'), join(place, 'home'), join(place, 'projects')];
  await Promise.all([mkdir(home), mkdir(folder)]);
  await run(uv, ['venv', '--quiet', '--no-project', '--python', 'python3', venv]);
  await run(uv, ['pip', 'install', '--quiet', '--python', join(venv, 'bin/python'), 'uv-build', ...distributions]);
  await installUv(venv);
  // hatch asks the network for the text of the licence that it adds, and waits long where it can't: it has it already.
  await mkdir(join(home, 'hatch/licenses'), { recursive: true });
  await writeFile(join(home, 'hatch/licenses/MIT.txt'), 'MIT License\n');
  // Behind the machine's own: the venv's python3 is for the tools alone.
  const env = { ...process.env, ...identity, PATH: `${process.env.PATH ?? ''}${delimiter}${join(venv, 'bin')}` };
  return {
    folder,
    env,
    use: async (cwd, [name, ...args], input = '') => {
      const child = run(name === 'git' ? name : join(venv, 'bin', name), args, {
        cwd,
        env: { ...env, HOME: home, HATCH_CACHE_DIR: join(home, 'hatch') },
      });
      child.child.stdin?.end(input);
      await child;
    },
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true }),
  };
}

/** `uv init` writes that its own version is needed to build, and a mirror may not have that one yet. */
async function installUv(venv: string): Promise<void> {
  const ask = 'import importlib.metadata as m; print(m.version("uv-build"))';
  const version = (await run(join(venv, 'bin/python'), ['-c', ask])).stdout.trim();
  await run(uv, ['pip', 'install', '--quiet', '--python', join(venv, 'bin/python'), `uv==${version}`]);
}

/** Some tools ask git who it is. */
const identity = {
  GIT_CONFIG_COUNT: '3',
  ...{ GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Test' },
  ...{ GIT_CONFIG_KEY_1: 'user.email', GIT_CONFIG_VALUE_1: 'test@example.org' },
  ...{ GIT_CONFIG_KEY_2: 'init.defaultBranch', GIT_CONFIG_VALUE_2: 'main' },
};
