import { execFile } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { BuildRequest, BuildResult } from '../../../src/bundle/build/build.ts';
import { build } from '../../../src/bundle/build/build.ts';
import type { Transport } from '../../../src/bundle/fetch/download.ts';
import type { LockResult } from '../../../src/bundle/lock/lock.ts';
import { lock } from '../../../src/bundle/lock/lock.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { nodeNames } from '../../../src/config/nodes.ts';
import { settingsOf } from '../../../src/config/settings.ts';
import { connect } from '../../../src/gateway/connect.ts';
import type { Facts } from '../../../src/gateway/types.ts';

const run = promisify(execFile);

export const concIni = `[DEFAULT]
app = shop

[node here]
gateway = popen
root = ./.conc/nodes/here
python = python3
`;

/** A Django-free little shop: one pure package, a compiled one, one that exists only as an sdist. */
export const shop: Readonly<Record<string, string>> = {
  'conc.ini': concIni,
  'pyproject.toml': `[project]
name = "shop"
version = "1.0"
requires-python = ">=3.8"
dependencies = ["six==1.17.0", "markupsafe", "docopt==0.6.2", "colorama; sys_platform == 'win32'"]

[project.scripts]
shop = "shop:main"

[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
packages = ["shop"]
package-data = { shop = ["*.sh", "*.txt"] }
`,
  'shop/__init__.py': 'import docopt, markupsafe, six\n\n\ndef main():\n    print("shop", six.__version__)\n',
  'shop/run.sh': '#!/bin/sh\nexit 0\n',
  '.gitignore': '*.pyc\n',
};

/** Writes files; `.sh` ones executable. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), path.endsWith('.sh') ? 0o755 : 0o644);
  }
}

export async function git(folder: string, ...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'init.defaultBranch=main'];
  return (await run('git', ['-C', folder, ...identity, ...args])).stdout.trim();
}

export async function commitAll(folder: string): Promise<void> {
  await git(folder, 'init', '--quiet');
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', 'all');
}

/** What `conc lock` and `conc build` work with, for the conc.ini of a folder. */
export function workshop(
  folder: string,
  env: NodeJS.ProcessEnv,
  transport: Transport = fetch,
): Omit<BuildRequest, 'dirty' | 'conc'> & { lines: string[] } {
  const config = loadConfig(join(folder, 'conc.ini'));
  const lines: string[] = [];
  const onFetch = ({ file }: { file: string }): void => void lines.push(`fetching ${file}`);
  return {
    nodes: nodeNames(config).map((node) => settingsOf(config, node)),
    factsOf: localFacts,
    freeze: () => Promise.reject(new Error('no sequence of its own')),
    cache: { folder, env, transport, onFetch },
    progress: (line) => void lines.push(line),
    lines,
  };
}

export const lockIn = (folder: string, env: NodeJS.ProcessEnv, upgrade = false): Promise<LockResult> =>
  lock({ ...workshop(folder, env), upgrade });

export const buildIn = (folder: string, env: NodeJS.ProcessEnv, dirty = false): Promise<BuildResult> =>
  build({ ...workshop(folder, env), dirty, conc: '0.0.0' });

export async function localFacts(python: string): Promise<Facts> {
  const session = await connect({ kind: 'popen', node: 'here', python });
  await session.close();
  return session.facts;
}

/** The development tools' uv, alone in a folder: PATH with it, and the program itself. */
export async function installUv(folder: string): Promise<{ path: string; uv: string }> {
  await mkdir(folder, { recursive: true });
  await symlink(fileURLToPath(new URL('../../../.tools/venv/bin/uv', import.meta.url)), join(folder, 'uv'));
  return { path: folder, uv: join(folder, 'uv') };
}
